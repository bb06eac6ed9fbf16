import Files
import Lake
import Testing
import TestSupport

@Suite("DuckDB's library")
struct DuckDBTests {
    @Test("opens from the wheel in a virtual environment")
    func wheel() throws {
        let library = try DuckDB.load(.init(virtualEnvironments: [VirtualEnvironment.path]))
        #expect(library.version.hasPrefix("v"))
    }

    @Test("is named in the error where it is nowhere, with what to install")
    func missing() throws {
        let folder = try TemporaryDirectory()
        let error = #expect(throws: LakeError.self) {
            try DuckDB.load(.init(libraryPath: nil, virtualEnvironments: [folder.path]))
        }
        #expect(error?.code == .libraryMissing)
        #expect(error?.message.contains("pip install duckdb") == true)
        #expect(error?.message.contains(folder.path) == true)
    }

    @Test("that is no library is an error that names the file")
    func unusable() throws {
        let folder = try TemporaryDirectory()
        let path = "\(folder.path)/libduckdb.so"
        try File.replace(path, with: Array("text".utf8))
        let error = #expect(throws: LakeError.self) { try DuckDB.load(.init(libraryPath: path)) }
        #expect(error?.code == .libraryUnusable)
        #expect(error?.message.contains(path) == true)
    }

    @Test("of another Python names the Debian package that it needs")
    func otherPython() throws {
        let folder = try TemporaryDirectory()
        let packages = "\(folder.path)/lib/python3.99/site-packages"
        try Directory.create(packages)
        try File.replace("\(packages)/_duckdb.cpython-399-x86_64-linux-gnu.so", with: [])
        let error = #expect(throws: LakeError.self) {
            try DuckDB.load(.init(libraryPath: nil, virtualEnvironments: [folder.path]))
        }
        #expect(error?.code == .libraryUnusable)
        #expect(error?.message.contains("apt-get install libpython3.99") == true)
    }

    @Test("without DuckDB's functions is an error that names one")
    func foreign() throws {
        let error = #expect(throws: LakeError.self) { try DuckDB.load(.init(libraryPath: "libc.so.6")) }
        #expect(error?.code == .libraryUnusable)
        #expect(error?.message.contains("has no function duckdb_") == true)
    }
}
