internal import Glibc
internal import Primitives
internal import Synchronization

/// How much a log line matters, least first.
package enum LogLevel: Int, Sendable, Comparable, CaseIterable {
    case debug
    case info
    case warning
    case error

    /// The name as it stands in a line, and as `MARTLET_LOG` takes it in lower case.
    package var name: String {
        switch self {
        case .debug: "DEBUG"
        case .info: "INFO"
        case .warning: "WARN"
        case .error: "ERROR"
        }
    }

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// Writes events for the operator to standard error, one line each: time, level, label, message, `key=value` pairs.
///
/// Messages are constant, so that they can be searched for; what varies goes into the metadata, which must never
/// carry secrets or payloads. Thread-safe: a line is one `write`.
package struct Logger: Sendable {
    private static let threshold = Atomic<Int>(LogLevel.info.rawValue)

    /// The part of the product that speaks, for example `broker`.
    package let label: String

    /// Makes a logger for the part named `label`.
    package init(label: String) {
        self.label = label
    }

    /// The least level that is written, for the whole process; `info` at start.
    package static var level: LogLevel {
        get { LogLevel(rawValue: threshold.load(ordering: .relaxed)) ?? .info }
        set { threshold.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// For those who look for a fault.
    package func debug(_ message: StaticString, _ metadata: @autoclosure () -> [String: String] = [:]) {
        write(.debug, message, metadata)
    }

    /// For what an operator may want to know in normal work.
    package func info(_ message: StaticString, _ metadata: @autoclosure () -> [String: String] = [:]) {
        write(.info, message, metadata)
    }

    /// For what works, but should not stay so.
    package func warning(_ message: StaticString, _ metadata: @autoclosure () -> [String: String] = [:]) {
        write(.warning, message, metadata)
    }

    /// For what failed and needs somebody.
    package func error(_ message: StaticString, _ metadata: @autoclosure () -> [String: String] = [:]) {
        write(.error, message, metadata)
    }

    private func write(_ level: LogLevel, _ message: StaticString, _ metadata: () -> [String: String]) {
        guard level >= Logger.level else { return }
        var line = WallClock.iso8601(milliseconds: WallClock.nowMilliseconds())
        line += " \(level.name) \(label): \(message)"
        for (key, value) in metadata().sorted(by: { $0.key < $1.key }) {
            line += " \(key)=\(Logger.quoted(value))"
        }
        line += "\n"
        line.withUTF8 { bytes in
            _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }

    /// Values with spaces, quotes or control characters are quoted, so that a line can neither be split nor forged.
    private static func quoted(_ value: String) -> String {
        let plain = value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0.value != 0x7F }
        if plain && !value.isEmpty { return value }
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                if scalar.value >= 0x20 && scalar.value != 0x7F { text.unicodeScalars.append(scalar) }
            }
        }
        return text + "\""
    }
}
