internal import Primitives

/// Times that repeat, in the five fields of cron: minute, hour, day of the month, month, day of the week; UTC.
///
/// A field is `*`, a number, a range `1-5`, a list `1,15`, each with a step `*/6`. Sunday is 0 or 7. Where both days are
/// given, either counts, as in cron.
package struct CronSchedule: Sendable, Hashable, CustomStringConvertible {
    private let minutes: Set<Int>
    private let hours: Set<Int>
    private let days: Set<Int>
    private let months: Set<Int>
    private let weekdays: Set<Int>
    private let isAnyDay: Bool
    private let isAnyWeekday: Bool

    /// The text that it was read from.
    package let description: String

    /// Reads the five fields; nil for other texts.
    package init?(_ text: String) {
        let fields = text.split(separator: " ", omittingEmptySubsequences: true)
        guard fields.count == 5, text.utf8.count <= 200,
            let minutes = Self.values(fields[0], 0...59), let hours = Self.values(fields[1], 0...23),
            let days = Self.values(fields[2], 1...31), let months = Self.values(fields[3], 1...12),
            let weekdays = Self.values(fields[4], 0...7)
        else { return nil }
        self.minutes = minutes
        self.hours = hours
        self.days = days
        self.months = months
        self.weekdays = Set(weekdays.map { $0 % 7 })
        isAnyDay = fields[2].hasPrefix("*")
        isAnyWeekday = fields[4].hasPrefix("*")
        description = text
    }

    /// The first time after `milliseconds` since 1970, within eight years; nil for a date that never comes.
    package func next(afterMilliseconds milliseconds: Int64) -> Int64? {
        let firstMinute = milliseconds.flooredDivision(by: 60_000) + 1
        let firstDay = firstMinute.flooredDivision(by: 1440)
        for day in firstDay...(firstDay + 8 * 366) where isDay(day) {
            let start = day == firstDay ? Int(firstMinute - firstDay * 1440) : 0
            for minute in start..<1440 where hours.contains(minute / 60) && minutes.contains(minute % 60) {
                return (day * 1440 + Int64(minute)) * 60_000
            }
        }
        return nil
    }

    /// Whether a day, counted from 1970-01-01, is one of the schedule's.
    private func isDay(_ day: Int64) -> Bool {
        let (month, date) = Self.monthAndDate(day)
        guard months.contains(month) else { return false }
        let isDate = days.contains(date)
        // 1970-01-01 was a Thursday.
        let isWeekday = weekdays.contains(Int(day + 4 - (day + 4).flooredDivision(by: 7) * 7))
        if isAnyDay { return isWeekday }
        if isAnyWeekday { return isDate }
        return isDate || isWeekday
    }

    /// Month and date of a day of the proleptic Gregorian calendar, by counting from the first of March.
    private static func monthAndDate(_ day: Int64) -> (month: Int, date: Int) {
        let shifted = day + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let ofEra = shifted - era * 146_097
        let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let index = (5 * ofYear + 2) / 153
        let date = Int(ofYear - (153 * index + 2) / 5 + 1)
        return (Int(index < 10 ? index + 3 : index - 9), date)
    }

    private static func values(_ field: Substring, _ range: ClosedRange<Int>) -> Set<Int>? {
        var values: Set<Int> = []
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "/", omittingEmptySubsequences: false)
            guard halves.count <= 2, let base = halves.first else { return nil }
            var step = 1
            if halves.count == 2 {
                guard let given = Int(halves[1]), given > 0 else { return nil }
                step = given
            }
            guard let bounds = bounds(base, range, hasStep: halves.count == 2) else { return nil }
            values.formUnion(stride(from: bounds.lowerBound, through: bounds.upperBound, by: step))
        }
        return values
    }

    private static func bounds(_ text: Substring, _ range: ClosedRange<Int>, hasStep: Bool) -> ClosedRange<Int>? {
        if text == "*" { return range }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard let first = ends.first ?? nil, range.contains(first) else { return nil }
        if ends.count == 1 { return hasStep ? first...range.upperBound : first...first }
        guard ends.count == 2, let last = ends[1], range.contains(last), last >= first else { return nil }
        return first...last
    }
}
