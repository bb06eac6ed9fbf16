/// Where the columns of a reference come from: the training data of the champion, or a dataset that was named.
package protocol ReferenceSource: Sendable {
    /// The values of `columns` in one dataset version, row by row; all of one length.
    ///
    /// - Throws: when the version or a column does not exist, naming what does, or a column is of another kind.
    func columns(_ columns: [MonitoredColumn], of reference: ReferenceDataset) async throws -> [String: ReferenceColumn]
}

/// A column of a reference.
package enum ReferenceColumn: Sendable, Hashable {
    /// Numbers; NaN where a value is missing.
    case numbers([Double])
    /// Categories; nil where a value is missing.
    case categories([String?])

    /// The number of rows.
    var count: Int {
        switch self {
        case .numbers(let values): values.count
        case .categories(let values): values.count
        }
    }
}

/// A dataset version that windows are compared with.
package struct ReferenceDataset: Sendable, Hashable, CustomStringConvertible {
    /// The dataset's name.
    package var dataset: String

    /// The version's number.
    package var version: Int

    /// Names a version.
    package init(dataset: String, version: Int) {
        self.dataset = dataset
        self.version = version
    }

    /// `dataset@v1`.
    package var description: String { "\(dataset)@v\(version)" }
}
