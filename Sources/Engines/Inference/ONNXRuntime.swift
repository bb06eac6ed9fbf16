internal import COnnxRuntime
internal import Files
internal import Glibc

/// ONNX Runtime, opened once and shared by all models.
///
/// The library comes with the Python package `onnxruntime`, or from the system; it needs no Python to run.
package final class ONNXRuntime: @unchecked Sendable {
    // Safe to share: all is set in `init`, and ONNX Runtime's environment, allocator and memory info are made for
    // many threads.

    /// The library's version, for example `1.31.1`.
    package let version: String
    /// The file that was opened.
    package let libraryPath: String

    let functions: martlet_ort_functions
    let environment: OpaquePointer
    let allocator: OpaquePointer
    let memory: OpaquePointer

    /// Opens the library.
    ///
    /// Searched in this order: `libraryPath`; `$MARTLET_ONNXRUNTIME`, a file or the folder that holds it; the Python
    /// environments given; the system's library path.
    ///
    /// - Throws: `InferenceError` with code `libraryMissing`, naming what was tried.
    package static func load(libraryPath: String? = nil, environments: [String] = []) throws -> ONNXRuntime {
        let candidates = candidates(libraryPath: libraryPath, environments: environments)
        var reasons: [String] = []
        for path in candidates {
            let library = martlet_ort_open(path)
            if let functions = library.functions {
                let version = library.version.map { String(cString: $0) } ?? "unknown"
                return try ONNXRuntime(functions, version: version, libraryPath: path)
            }
            reasons.append(errorText(library))
        }
        throw InferenceError(
            .libraryMissing,
            "ONNX Runtime cannot be opened (\(reasons.joined(separator: "; "))): install the Python package onnxruntime "
                + "in the project's environment, or set MARTLET_ONNXRUNTIME to libonnxruntime.so"
        )
    }

    private init(_ functions: martlet_ort_functions, version: String, libraryPath: String) throws(InferenceError) {
        self.functions = functions
        self.version = version
        self.libraryPath = libraryPath
        var environment: OpaquePointer?
        var allocator: OpaquePointer?
        var memory: OpaquePointer?
        let warnings: Int32 = 3
        try check(ort_create_env(functions, warnings, "martlet", &environment), functions)
        try check(ort_default_allocator(functions, &allocator), functions)
        try check(ort_create_cpu_memory(functions, &memory), functions)
        guard let environment, let allocator, let memory else {
            throw InferenceError(.failed, "ONNX Runtime \(version) gave no environment")
        }
        self.environment = environment
        self.allocator = allocator
        self.memory = memory
    }

    deinit {
        ort_release_memory(functions, memory)
        ort_release_env(functions, environment)
    }

    private static func candidates(libraryPath: String?, environments: [String]) -> [String] {
        if let libraryPath { return files(at: libraryPath) }
        var candidates: [String] = []
        if let variable = getenv("MARTLET_ONNXRUNTIME") { candidates += files(at: String(cString: variable)) }
        for environment in environments {
            let versions = (try? Directory.names("\(environment)/lib")) ?? []
            for version in versions.sorted().reversed() where version.hasPrefix("python3.") {
                candidates += libraries(in: "\(environment)/lib/\(version)/site-packages/onnxruntime/capi")
            }
        }
        return candidates + ["libonnxruntime.so.1", "libonnxruntime.so"]
    }

    private static func files(at path: String) -> [String] {
        Directory.isDirectory(path) ? libraries(in: path) : [path]
    }

    private static func libraries(in folder: String) -> [String] {
        let names = (try? Directory.names(folder)) ?? []
        return names.filter { $0.hasPrefix("libonnxruntime.so") }.sorted().reversed().map { "\(folder)/\($0)" }
    }

    private static func errorText(_ library: martlet_ort) -> String {
        withUnsafeBytes(of: library.error) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

/// Throws what a status says, and frees it; a null status is success.
func check(
    _ status: OpaquePointer?,
    _ functions: martlet_ort_functions,
    _ code: InferenceError.Code = .failed,
    _ operation: String = "ONNX Runtime failed"
) throws(InferenceError) {
    guard let status else { return }
    let message = ort_error_message(functions, status).map { String(cString: $0) } ?? "no reason given"
    ort_release_status(functions, status)
    throw InferenceError(code, "\(operation): \(message)")
}
