internal import Primitives

/// Times and durations as the protobuf JSON of traces writes them.
enum TraceTime {
    /// Unix milliseconds of an RFC 3339 text in UTC or with an offset; nil where it is none.
    static func milliseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[13] == 0x3A, bytes[16] == 0x3A,
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var rest = bytes[19...]
        var fraction: Int64 = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
            rest = rest.dropFirst(1 + digits.count)
            fraction = number((Array(digits.prefix(3)) + [0x30, 0x30, 0x30])[0..<3]) ?? 0
        }
        guard let offset = offsetMinutes(rest) else { return nil }
        let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset
        return (minutes * 60 + second) * 1_000 + fraction
    }

    /// RFC 3339 in UTC; without milliseconds where they are zero.
    static func text(milliseconds: Int64) -> String {
        let full = WallClock.iso8601(milliseconds: milliseconds)
        return full.hasSuffix(".000Z") ? String(full.dropLast(5)) + "Z" : full
    }

    /// Milliseconds of a text like `1.500s`; nil where it is none.
    static func duration(_ text: String) -> Int64? {
        guard text.hasSuffix("s"), let seconds = Double(text.dropLast()), seconds.isFinite, abs(seconds) < 1e12 else {
            return nil
        }
        return Int64((seconds * 1_000).rounded())
    }

    /// `0s`, `1.500s`.
    static func text(duration: Int64) -> String {
        let (seconds, rest) = duration.quotientAndRemainder(dividingBy: 1_000)
        guard rest != 0 else { return "\(seconds)s" }
        let digits = String(abs(rest))
        let sign = duration < 0 && seconds == 0 ? "-" : ""
        return "\(sign)\(seconds).\(String(repeating: "0", count: 3 - digits.count))\(digits)s"
    }

    private static func offsetMinutes(_ text: ArraySlice<UInt8>) -> Int64? {
        guard let sign = text.first else { return nil }
        if sign == UInt8(ascii: "Z") || sign == UInt8(ascii: "z") { return text.count == 1 ? 0 : nil }
        let digits = Array(text.dropFirst())
        guard digits.count == 5, digits[2] == 0x3A, let hours = number(digits[0..<2]),
            let minutes = number(digits[3..<5])
        else { return nil }
        return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - 0x30)
        }
        return value
    }

    /// Days since 1970-01-01 in the Gregorian calendar.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.flooredDivision(by: 400)
        let ofEra = shifted - era * 400
        let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }
}
