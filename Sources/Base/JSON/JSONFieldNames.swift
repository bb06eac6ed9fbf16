internal import Glibc

/// Names that members of objects are looked for by, without a copy of any key.
///
/// Members mostly come in the same order each time, so each is first compared with the name that is due; only one that
/// stands elsewhere is searched for, in steps that grow with the logarithm of the number of names.
package struct JSONFieldNames: Sendable {
    private let names: [[UInt8]]
    /// Places of the names in ascending order: by length, then by bytes.
    private let order: [Int]

    /// Takes the names in the order in which they are expected; the first of equal ones counts.
    package init(_ names: [String]) {
        let bytes = names.map { Array($0.utf8) }
        self.names = bytes
        order = bytes.indices.sorted { first, second in
            let difference = bytes[first].withUnsafeBytes { Self.compare($0, bytes[second]) }
            return (difference, first) < (0, second)
        }
    }

    /// The place of the key's name, nil for one that is not looked for; `due` is the place that is tried first.
    package func index(of key: JSONKey, due: Int) -> Int? {
        key.withBytes { key in
            if due < names.count, Self.compare(key, names[due]) == 0 { return due }
            var (low, high) = (0, order.count)
            while low < high {
                let middle = (low + high) / 2
                if Self.compare(key, names[order[middle]]) > 0 { low = middle + 1 } else { high = middle }
            }
            guard low < order.count, Self.compare(key, names[order[low]]) == 0 else { return nil }
            return order[low]
        }
    }

    /// Below, equal to or above zero, as `key` comes before, is, or comes after `name`.
    private static func compare(_ key: UnsafeRawBufferPointer, _ name: [UInt8]) -> Int {
        guard key.count == name.count else { return key.count - name.count }
        return name.withUnsafeBytes { name in
            guard let left = key.baseAddress, let right = name.baseAddress else { return 0 }
            return Int(memcmp(left, right, key.count))
        }
    }
}
