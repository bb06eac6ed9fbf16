internal import Glibc

/// Numbers as people read them.
package enum NumberText {
    /// Four significant digits, without an exponent where the number is of everyday size.
    package static func short(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "–" : value < 0 ? "−∞" : "∞" }
        guard value != 0 else { return "0" }
        let magnitude = Int(floor(log10(abs(value))))
        if magnitude < -4 || magnitude > 8 {
            let mantissa = value / pow(10, Double(magnitude))
            return "\(trimmed(mantissa, 3))e\(magnitude)"
        }
        return trimmed(value, max(0, 3 - magnitude))
    }

    /// A share as percent with one digit.
    static func percent(_ share: Double) -> String { "\(trimmed(share * 100, 1)) %" }

    private static func trimmed(_ value: Double, _ digits: Int) -> String {
        let scale = pow(10, Double(digits))
        let rounded = (value * scale).rounded() / scale
        guard rounded != rounded.rounded() else { return String(Int64(rounded)) }
        return String(rounded)
    }
}

/// Numbers with a fixed count of digits behind the point.
enum FixedText {
    static func two(_ value: Double) -> String { fixed(value, 2) }

    static func three(_ value: Double) -> String { fixed(value, 3) }

    private static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return value.description }
        let scale = Int64(pow(10, Double(digits)))
        let units = Int64((value * Double(scale)).rounded(.toNearestOrEven))
        let fraction = String(units.magnitude % UInt64(scale))
        let sign = units < 0 ? "-" : ""
        return
            "\(sign)\(units.magnitude / UInt64(scale)).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }
}
