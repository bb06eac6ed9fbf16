/// A square matrix times a power of ten, so that its powers neither overflow nor vanish.
struct ScaledMatrix {
    let size: Int
    var elements: [Double]
    var exponent = 0

    /// The transition matrix of Durbin's method for the Kolmogorov-Smirnov law, with `h` in 0…1.
    static func durbin(size: Int, h: Double) -> ScaledMatrix {
        var matrix = ScaledMatrix(size: size, elements: [Double](repeating: 0, count: size * size))
        for row in 0..<size {
            for column in 0..<min(size, row + 2) { matrix.elements[row * size + column] = 1 }
        }
        var power = 1.0
        for index in 0..<size {
            power *= h
            matrix.elements[index * size] -= power
            matrix.elements[(size - 1) * size + size - 1 - index] -= power
        }
        if 2 * h - 1 > 0 {
            var corner = 1.0
            for _ in 0..<size { corner *= 2 * h - 1 }
            matrix.elements[(size - 1) * size] += corner
        }
        for row in 0..<size {
            for column in 0..<min(size, row + 2) where row - column + 1 > 0 {
                for divisor in 1...(row - column + 1) { matrix.elements[row * size + column] /= Double(divisor) }
            }
        }
        return matrix
    }

    /// The matrix multiplied `exponent` times with itself, by repeated squaring.
    func raised(to power: Int) -> ScaledMatrix {
        guard power > 1 else { return self }
        let half = raised(to: power / 2)
        let square = half.multiplied(by: half)
        return power.isMultiple(of: 2) ? square : multiplied(by: square)
    }

    private func multiplied(by other: ScaledMatrix) -> ScaledMatrix {
        var product = ScaledMatrix(size: size, elements: [Double](repeating: 0, count: size * size))
        product.exponent = exponent + other.exponent
        for row in 0..<size {
            for inner in 0..<size {
                let factor = elements[row * size + inner]
                if factor == 0 { continue }
                for column in 0..<size {
                    product.elements[row * size + column] += factor * other.elements[inner * size + column]
                }
            }
        }
        product.rescaleIfLarge()
        return product
    }

    private mutating func rescaleIfLarge() {
        guard elements[(size / 2) * size + size / 2] > 1e140 else { return }
        for index in elements.indices { elements[index] *= 1e-140 }
        exponent += 140
    }
}
