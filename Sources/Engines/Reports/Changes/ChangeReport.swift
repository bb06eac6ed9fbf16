package import Statistics

/// How a stream in a file is watched for changes.
package struct ChangeOptions: Sendable, Hashable {
    /// The detector; without, ADWIN for columns and HDDM-A for the errors of a model.
    package var method: DetectorMethod?
    /// Its parameters by river's names; the others have river's defaults.
    package var parameters: [String: Double] = [:]

    /// The defaults.
    package init() {}

    /// The detector for a series, ready to begin.
    ///
    /// - Throws: `ReportError` for a parameter that the detector does not have or that makes no sense.
    func detector(ofErrors: Bool) throws(ReportError) -> (method: DetectorMethod, detector: NamedDetector) {
        let method = method ?? (ofErrors ? .hddmA : .adwin)
        do {
            return (method, try method.detector(parameters))
        } catch {
            throw ReportError(.invalidOptions, error.message)
        }
    }
}

/// Where columns of a file change, watched row by row in the file's order by a detector.
package struct ChangeReport: Sendable, Hashable {
    /// The data that was watched.
    package let current: DatasetLabel
    /// What was watched, the series with most changes first.
    package let series: [ChangeSeries]
    /// The columns that were not.
    package let skipped: [SkippedColumn]

    /// Puts a report together.
    init(current: DatasetLabel, series: [ChangeSeries], skipped: [SkippedColumn]) {
        self.current = current
        self.series = series.enumerated().sorted {
            (-$0.element.changeCount, $0.offset) < (-$1.element.changeCount, $1.offset)
        }.map(\.element)
        self.skipped = skipped
    }
}

/// What a detector found in one series.
package struct ChangeSeries: Sendable, Hashable {
    /// Rows from one change to the next, and what they are like.
    package struct Stretch: Sendable, Hashable {
        /// The first row, counted from 0.
        package let first: Int
        /// The last row: the one at which the change was found, except in the last stretch.
        package let last: Int
        /// The values among them.
        package let count: Int
        /// Their mean; 0 for none.
        package let mean: Double
        /// Their standard deviation with denominator n - 1; nil with fewer than two.
        package let deviation: Double?
    }

    /// The most changes, and warnings, whose rows are listed.
    package static let maximumListed = 10_000

    /// The column's name; `errors` for the errors of a model.
    package let name: String
    /// The detector.
    package let method: DetectorMethod
    /// The values that it took.
    package let values: Int
    /// Rows without a finite value, which it passed by.
    package let passedBy: Int
    /// How many changes there were.
    package let changeCount: Int
    /// How many rows were warned of.
    package let warningCount: Int
    /// The rows of the first changes.
    package let changes: [Int]
    /// The rows of the first warnings.
    package let warnings: [Int]
    /// What lies between the changes that are listed; the last one ends with the file.
    package let stretches: [Stretch]
    /// The means of equal parts of the file, for a picture; nil for a part without a value.
    package let course: [Double?]
}

/// Watches one series; a value that takes the blocks of a column in order, in constant memory.
struct ChangeWatch {
    private let name: String
    private let method: DetectorMethod
    private let rows: Int
    private var detector: NamedDetector
    private var row = 0
    private var passedBy = 0
    private var changeCount = 0
    private var warningCount = 0
    private var changes: [Int] = []
    private var warnings: [Int] = []
    private var stretches: [ChangeSeries.Stretch] = []
    private var stretchStart = 0
    private var moments = Moments()
    private var course = [Moments](repeating: Moments(), count: Self.parts)
    /// The first value that is no rate, where the detector takes rates only.
    private(set) var outsideRates: Double?

    private static let parts = 120

    init(_ name: String, _ method: DetectorMethod, _ detector: NamedDetector, rows: Int) {
        (self.name, self.method, self.detector, self.rows) = (name, method, detector, rows)
    }

    /// Takes the next values; NaN and infinities are passed by.
    mutating func take(_ block: UnsafeBufferPointer<Double>) {
        if method.wantsRates, let value = block.first(where: { $0 < 0 || $0 > 1 }) {
            outsideRates = outsideRates ?? value
            return
        }
        var found: [(Int, DetectorVerdict)] = []
        detector.update(block) { index, verdict in
            // A detector that is asked to take no value repeats what it said of the one before.
            if block[index].isFinite { found.append((index, verdict)) }
        }
        var start = 0
        for (index, verdict) in found {
            if verdict == .warning {
                warningCount += 1
                if warnings.count < ChangeSeries.maximumListed { warnings.append(row + index) }
                continue
            }
            changeCount += 1
            add(block, start..<(index + 1))
            start = index + 1
            guard changes.count < ChangeSeries.maximumListed else { continue }
            changes.append(row + index)
            endStretch(at: row + index)
        }
        add(block, start..<block.count)
        row += block.count
    }

    private mutating func add(_ block: UnsafeBufferPointer<Double>, _ range: Range<Int>) {
        for index in range {
            let value = block[index]
            guard value.isFinite else {
                passedBy += 1
                continue
            }
            moments.add(value)
            course[min(Self.parts - 1, (row + index) * Self.parts / max(1, rows))].add(value)
        }
    }

    private mutating func endStretch(at last: Int) {
        stretches.append(
            ChangeSeries.Stretch(
                first: stretchStart,
                last: last,
                count: Int(moments.count),
                mean: moments.mean,
                deviation: moments.count > 1 ? moments.sampleVariance.squareRoot() : nil
            )
        )
        (stretchStart, moments) = (last + 1, Moments())
    }

    /// What was found, at the end of the file.
    mutating func finish() -> ChangeSeries {
        if row > stretchStart { endStretch(at: row - 1) }
        return ChangeSeries(
            name: name,
            method: method,
            values: row - passedBy,
            passedBy: passedBy,
            changeCount: changeCount,
            warningCount: warningCount,
            changes: changes,
            warnings: warnings,
            stretches: stretches,
            course: course.map { $0.count > 0 ? $0.mean : nil }
        )
    }
}
