/// Names a registered model: by alias, `rain@champion`, or by version, `rain/3`.
package struct ModelReference: Sendable, Hashable, CustomStringConvertible {
    /// How the version is chosen.
    package enum Selector: Sendable, Hashable {
        /// The version that the alias points at, now and after each promotion.
        case alias(String)
        /// One version, for good.
        case version(Int)
    }

    /// The registered model's name.
    package let name: String
    /// How its version is chosen.
    package let selector: Selector

    /// Names a model by alias or version.
    package init(name: String, selector: Selector) {
        self.name = name
        self.selector = selector
    }

    /// Reads `name@alias` or `name/version`.
    ///
    /// - Throws: `ScoringError` with code `invalidReference`.
    package init(_ text: String) throws(ScoringError) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty {
            self.init(name: String(parts[0]), selector: .alias(String(parts[1])))
            return
        }
        if let slash = text.lastIndex(of: "/"), slash != text.startIndex {
            let digits = text[text.index(after: slash)...]
            if let version = Int(digits), version > 0, digits.allSatisfy(\.isWholeNumber) {
                self.init(name: String(text[..<slash]), selector: .version(version))
                return
            }
        }
        throw ScoringError(
            .invalidReference,
            "\"\(text)\" does not name a model: write name@alias, for example rain@champion, or name/version, rain/1"
        )
    }

    package var description: String {
        switch selector {
        case .alias(let alias): "\(name)@\(alias)"
        case .version(let version): "\(name)/\(version)"
        }
    }
}
