internal import Files
internal import Glibc

extension DuckDB {
    /// Where to look for DuckDB's library.
    package struct Location: Sendable, Hashable {
        /// The only file to try, where it is given; else `MARTLET_DUCKDB`, the system, and the virtual environments.
        package var libraryPath: String?
        /// Python virtual environments that may hold the wheel `duckdb`, in order of preference.
        package var virtualEnvironments: [String]

        /// Looks at `libraryPath` alone, or else at the system and at `virtualEnvironments`.
        package init(
            libraryPath: String? = getenv("MARTLET_DUCKDB").map { String(cString: $0) },
            virtualEnvironments: [String] = []
        ) {
            self.libraryPath = libraryPath
            self.virtualEnvironments = virtualEnvironments
        }

        /// A library that may be there.
        struct Candidate: Sendable, Hashable {
            /// The file, or a name for the system's search.
            let path: String
            /// The version of Python whose library it needs, for the module in the wheel.
            var python: String?
            /// True where its absence is no failure.
            var isOptional = false

            /// A library to open before: it supplies symbols; no interpreter starts.
            var needed: String? { python.map { "libpython\($0).so.1.0" } }

            /// What to install where it does not open.
            var hint: String {
                python.map { " (it needs the Debian package libpython\($0): apt-get install libpython\($0))" } ?? ""
            }
        }

        /// What to do where none was found.
        var remedy: String {
            let places = virtualEnvironments.isEmpty ? "" : " or in \(virtualEnvironments.joined(separator: ", "))"
            return "DuckDB was not found on the system\(places): install the Python package duckdb into the project's "
                + "virtual environment (pip install duckdb, with the Debian package of its libpython), or put "
                + "libduckdb.so where the system finds it, or name the file in MARTLET_DUCKDB"
        }

        /// The libraries to try in order.
        func candidates() -> [Candidate] {
            if let libraryPath, !libraryPath.isEmpty { return [Location.candidate(file: libraryPath)] }
            return [Candidate(path: "libduckdb.so", isOptional: true)]
                + virtualEnvironments.flatMap(Location.wheels(in:)).map(Location.candidate(file:))
        }

        private static func wheels(in environment: String) -> [String] {
            let names = (try? Directory.names("\(environment)/lib")) ?? []
            return names.filter { $0.hasPrefix("python3") }.flatMap { python in
                let packages = "\(environment)/lib/\(python)/site-packages"
                let files = (try? Directory.names(packages)) ?? []
                return files.filter { pythonVersion(of: $0) != nil }.map { "\(packages)/\($0)" }
            }
        }

        private static func candidate(file: String) -> Candidate {
            let name = file.split(separator: "/").last.map(String.init) ?? file
            return Candidate(path: file, python: pythonVersion(of: name))
        }

        /// `3.11` for `_duckdb.cpython-311-x86_64-linux-gnu.so`, the module in DuckDB's wheel; nil for other files.
        private static func pythonVersion(of name: String) -> String? {
            let prefix = "_duckdb.cpython-3"
            guard name.hasPrefix(prefix), name.hasSuffix(".so") else { return nil }
            let minor = name.dropFirst(prefix.count).prefix { $0.isNumber }
            return minor.isEmpty ? nil : "3.\(minor)"
        }
    }
}
