/// The types of the lake's columns, named as in SQL.
///
/// Few on purpose: every number, text and time of a dataset has one canonical form, so that its content can be hashed.
package enum LakeType: String, Sendable, Hashable, CaseIterable {
    /// True or false.
    case boolean = "BOOLEAN"
    /// 64-bit signed integers.
    case integer = "BIGINT"
    /// IEEE 754 doubles.
    case double = "DOUBLE"
    /// UTF-8.
    case text = "VARCHAR"
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp = "TIMESTAMP"
}

/// One value: a bound parameter, or a cell.
package enum LakeValue: Sendable, Hashable {
    /// No value.
    case null
    /// True or false.
    case boolean(Bool)
    /// An integer.
    case integer(Int64)
    /// A double.
    case double(Double)
    /// A text.
    case text(String)
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp(Int64)
}

/// The name and type of a column.
package struct LakeField: Sendable, Hashable {
    /// The column's name.
    package let name: String
    /// The column's type.
    package let type: LakeType

    /// A column `name` of `type`.
    package init(name: String, type: LakeType) {
        self.name = name
        self.type = type
    }
}

/// A column with its values in one array.
///
/// Where a value is null, the array holds a placeholder.
package struct LakeColumn: Sendable, Hashable {
    /// The values by type.
    package enum Values: Sendable, Hashable {
        /// Booleans.
        case booleans([Bool])
        /// Integers.
        case integers([Int64])
        /// Doubles.
        case doubles([Double])
        /// Texts.
        case texts([String])
        /// Times in microseconds since 1970.
        case timestamps([Int64])
    }

    /// The column's name.
    package let name: String
    /// One value a row.
    package let values: Values
    /// True for each row without a value; empty where every row has one.
    package let nulls: [Bool]

    /// A column of `values`, of which those marked in `nulls` are placeholders.
    package init(name: String, values: Values, nulls: [Bool] = []) {
        self.name = name
        self.values = values
        self.nulls = nulls.contains(true) ? nulls : []
    }

    /// The column's type.
    package var type: LakeType {
        switch values {
        case .booleans: .boolean
        case .integers: .integer
        case .doubles: .double
        case .texts: .text
        case .timestamps: .timestamp
        }
    }

    /// The number of rows.
    package var count: Int {
        switch values {
        case .booleans(let values): values.count
        case .integers(let values), .timestamps(let values): values.count
        case .doubles(let values): values.count
        case .texts(let values): values.count
        }
    }

    /// The value of row `row`.
    package subscript(row: Int) -> LakeValue {
        if !nulls.isEmpty && nulls[row] { return .null }
        switch values {
        case .booleans(let values): return .boolean(values[row])
        case .integers(let values): return .integer(values[row])
        case .doubles(let values): return .double(values[row])
        case .texts(let values): return .text(values[row])
        case .timestamps(let values): return .timestamp(values[row])
        }
    }

    /// The values as doubles, nulls as NaN, booleans as 0 and 1; nil for texts and times.
    package var numbers: [Double]? {
        var numbers: [Double]
        switch values {
        case .booleans(let values): numbers = values.map { $0 ? 1 : 0 }
        case .integers(let values): numbers = values.map(Double.init)
        case .doubles(let values): numbers = values
        case .texts, .timestamps: return nil
        }
        for (row, isNull) in nulls.enumerated() where isNull { numbers[row] = .nan }
        return numbers
    }
}

/// Rows as columns of equal length.
package struct LakeTable: Sendable, Hashable {
    /// The columns in order.
    package let columns: [LakeColumn]

    /// A table of `columns`, which must be of equal length.
    package init(columns: [LakeColumn]) {
        precondition(Set(columns.map(\.count)).count <= 1, "the columns of a table have equal lengths")
        self.columns = columns
    }

    /// The number of rows.
    package var rowCount: Int { columns.first?.count ?? 0 }

    /// Names and types of the columns.
    package var fields: [LakeField] { columns.map { LakeField(name: $0.name, type: $0.type) } }

    /// The first column named `name`.
    package subscript(name: String) -> LakeColumn? {
        columns.first { $0.name == name }
    }
}
