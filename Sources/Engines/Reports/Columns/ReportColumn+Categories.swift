internal import Statistics

extension ReportColumn {
    /// The column as one of categories: of numbers each different one is a category, in their order.
    package var asCategories: ReportColumn {
        switch sample {
        case .categories(let counts): ReportColumn(name: name, categories: counts)
        case .numbers(let numbers): ReportColumn(name: name, categories: Self.tally(numbers))
        }
    }

    private static func tally(_ numbers: NumberColumn) -> CategoryCounts {
        let values = numbers.valueCounts
        return CategoryCounts(
            values.map { (category: label($0.value), count: $0.count) },
            missing: numbers.missing + numbers.infinite
        )
    }

    private static func label(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}
