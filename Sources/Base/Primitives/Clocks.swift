internal import Glibc

/// The time of day.
///
/// The only place where the product asks for it.
package enum WallClock {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    ///
    /// Thread-safe; some 30 ns.
    package static func nowNanoseconds() -> Int64 {
        read(CLOCK_REALTIME)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// Thread-safe; some 30 ns.
    package static func nowMilliseconds() -> Int64 {
        nowNanoseconds() / 1_000_000
    }

    /// Writes a time as RFC 3339 with milliseconds in UTC, for example `2026-03-01T12:00:00.250Z`.
    ///
    /// Years outside 0 to 9999 are clamped to those ends, so that the text always has the same shape.
    package static func iso8601(milliseconds: Int64) -> String {
        let earliest: Int64 = -62_167_219_200_000
        let latest: Int64 = 253_402_300_799_999
        let clamped = min(max(milliseconds, earliest), latest)
        var seconds = time_t(clamped.flooredDivision(by: 1_000))
        let fraction = Int(clamped - Int64(seconds) * 1_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date = [
            padded(Int(parts.tm_year) + 1900, 4), padded(Int(parts.tm_mon) + 1, 2), padded(Int(parts.tm_mday), 2),
        ]
        let time = [padded(Int(parts.tm_hour), 2), padded(Int(parts.tm_min), 2), padded(Int(parts.tm_sec), 2)]
        return date.joined(separator: "-") + "T" + time.joined(separator: ":") + "." + padded(fraction, 3) + "Z"
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var now = timespec()
        clock_gettime(clock, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// A clock that never goes back, for durations.
package enum MonotonicClock {
    /// Nanoseconds since an arbitrary point, the same for all threads of the process.
    package static func nowNanoseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }
}

extension Int64 {
    /// Division that rounds towards minus infinity; `divisor` must be positive.
    package func flooredDivision(by divisor: Int64) -> Int64 {
        precondition(divisor > 0, "the divisor must be positive")
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero and clamped to what fits in an `Int`.
    package var milliseconds: Int {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        if overflow { return seconds < 0 ? Int.min : Int.max }
        let (sum, overflowed) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return overflowed ? (seconds < 0 ? Int.min : Int.max) : Int(sum)
    }
}
