/// One `identifier [ASC|DESC]` of an order.
package struct FilterOrder: Sendable, Equatable {
    /// What orders.
    package let identifier: FilterIdentifier
    /// Whether small values come first.
    package let isAscending: Bool
    /// The clause as it was written, for messages.
    package let text: String

    private static let textLimit = 8 << 10

    /// An order by `identifier`.
    package init(_ identifier: FilterIdentifier, isAscending: Bool) {
        self.identifier = identifier
        self.isAscending = isAscending
        text = identifier.text + (isAscending ? " ASC" : " DESC")
    }

    /// Parses one clause of an order.
    package init(parsing text: String) throws(FilterError) {
        guard text.utf8.count <= Self.textLimit else { throw FilterError("Invalid order_by clause. It is too long.") }
        self.text = text
        var scanner = FilterScanner(text)
        scanner.skipSpace()
        guard !scanner.isAtEnd else { throw Self.unreadable(text) }
        do {
            identifier = try FilterIdentifier.takeOrderKey(&scanner)
        } catch {
            throw Self.unreadable(text)
        }
        scanner.skipSpace()
        if scanner.isAtEnd || scanner.takeKeywords("ASC") {
            isAscending = true
        } else if scanner.takeKeywords("DESC") {
            isAscending = false
        } else {
            throw text.contains(",") || scanner.words(from: scanner.position).count > 1
                ? Self.unreadable(text) : FilterError("Invalid ordering key in order_by clause '\(text)'.")
        }
        scanner.skipSpace()
        guard scanner.isAtEnd else { throw Self.unreadable(text) }
    }

    private static func unreadable(_ text: String) -> FilterError {
        FilterError("Invalid order_by clause '\(text)'. Could not be parsed.")
    }
}

extension FilterIdentifier {
    /// Takes the key of an order: an identifier that the end of the text or white space follows.
    fileprivate static func takeOrderKey(_ scanner: inout FilterScanner) throws(FilterError) -> FilterIdentifier {
        let identifier = try take(&scanner)
        let isNumber = identifier.entity == nil && identifier.key.utf8.allSatisfy(\.isFilterDigit)
        guard !isNumber, scanner.isAtEnd || scanner.current?.isFilterSpace == true else {
            throw FilterError("the key is followed by something else")
        }
        return identifier
    }
}
