internal import FuzzTargets
internal import Glibc

/// The decoder that `MARTLET_FUZZ_TARGET` names.
enum ChosenTarget {
    static let target: FuzzTarget = {
        let name = getenv("MARTLET_FUZZ_TARGET").map { String(cString: $0) } ?? ""
        if let target = FuzzTarget.named(name) { return target }
        let names = FuzzTarget.all.map(\.name).joined(separator: ", ")
        var message = "martlet-fuzz: MARTLET_FUZZ_TARGET must be one of \(names)\n"
        message.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
        exit(64)
    }()
}
