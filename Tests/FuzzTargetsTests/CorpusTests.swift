import Execution
import Files
import FuzzTargets
import TestSupport
import Testing

/// What `make fuzz` has found worth keeping, and small changes of it, on every run.
@Suite(.timeLimit(.minutes(2))) struct CorpusTests {
    private static let folder = (0..<3).reduce(#filePath) { path, _ in Directory.parent(of: path) } + "/Fuzz/corpus"

    private let pool = BlockingPool(name: "decoders", threads: 1)

    private func corpus(of target: FuzzTarget) throws -> [[UInt8]] {
        let text = String(decoding: try File.read("\(Self.folder)/\(target.name).hex"), as: UTF8.self)
        return try text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { line in
            try stride(from: 0, to: line.utf8.count, by: 2).map { index in
                let digits = line.dropFirst(index).prefix(2)
                return try #require(UInt8(digits, radix: 16))
            }
        }
    }

    @Test(arguments: FuzzTarget.all.map(\.name))
    func `a decoder keeps its promises on its corpus and on what lies near it`(name: String) async throws {
        let target = try #require(FuzzTarget.named(name))
        let inputs = try corpus(of: target)
        #expect(inputs.count >= 5, "the corpus of \(name) is gone")
        let rounds = name == "csv" ? 0 : 8
        try await pool.run {
            var changes = Changes(seed: 20_261_125)
            for input in inputs.prefix(name == "csv" ? 60 : .max) {
                input.withUnsafeBytes { target.run($0) }
                for _ in 0..<rounds { changes.changed(input).withUnsafeBytes { target.run($0) } }
            }
        }
    }
}

/// Changes bytes the same way on every run.
private struct Changes {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func next(below limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(max(1, limit)))
    }

    mutating func changed(_ input: [UInt8]) -> [UInt8] {
        var bytes = input
        for _ in 0...next(below: 4) {
            let place = next(below: bytes.count + 1)
            switch next(below: 4) {
            case 0 where place < bytes.count: bytes[place] = UInt8(next(below: 256))
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2: bytes.insert([0, 1, 0x7F, 0x80, 0xFF][next(below: 5)], at: place)
            default: bytes = Array(bytes.prefix(place))
            }
        }
        return bytes
    }
}
