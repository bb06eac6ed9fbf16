import KafkaWire
import Testing

struct CompressionTests {
    private static let text = Array(String(repeating: "the martlet never lands; ", count: 20_000).utf8)

    private func decompressed(_ bytes: [UInt8], _ codec: Int, limit: Int = 1 << 20) throws(BatchRefusal) -> [UInt8] {
        var refusal: BatchRefusal?
        let found = bytes.withUnsafeBytes { raw -> [UInt8] in
            do throws(BatchRefusal) {
                return try Compression.withDecompressed(raw, codec: codec, limit: limit) { Array($0) }
            } catch {
                refusal = error
                return []
            }
        }
        if let refusal { throw refusal }
        return found
    }

    private func compressed(_ bytes: [UInt8], _ codec: Int) throws -> [UInt8] {
        try bytes.withUnsafeBytes { raw in try Compression.compress(raw, codec: codec) }
    }

    @Test(arguments: [1, 2, 3, 4])
    func whatIsCompressedComesBack(codec: Int) throws {
        let small = try compressed(Self.text, codec)
        #expect(small.count < Self.text.count / 10)
        #expect(try decompressed(small, codec) == Self.text)
        #expect(try decompressed(try compressed([7], codec), codec) == [7])
    }

    @Test func snappyInJavasBlocksIsReadToo() throws {
        var writer = WireWriter()
        writer.raw([0x82] + Array("SNAPPY".utf8) + [0])
        writer.int32(1)
        writer.int32(1)
        for half in [Self.text.prefix(300_000), Self.text.dropFirst(300_000)] {
            let block = try compressed(Array(half), 2)
            writer.int32(Int32(block.count))
            writer.raw(block)
        }
        #expect(try decompressed(writer.bytes, 2) == Self.text)
        #expect(throws: BatchRefusal.self) { try decompressed(Array(writer.bytes.dropLast(1)), 2) }
    }

    @Test func gzipInSeveralStreamsIsReadToTheEnd() throws {
        let twice = try compressed([1, 2, 3], 1) + compressed([4, 5], 1)
        #expect(try decompressed(twice, 1) == [1, 2, 3, 4, 5])
    }

    @Test(arguments: [1, 2, 3, 4])
    func whatUnfoldsToTooMuchIsRefused(codec: Int) throws {
        let bomb = try compressed([UInt8](repeating: 0, count: 8 << 20), codec)
        let refusal = #expect(throws: BatchRefusal.self) { try decompressed(bomb, codec, limit: 1 << 20) }
        #expect(refusal?.code == .messageTooLarge)
    }

    @Test(arguments: [1, 2, 3, 4])
    func everyCutAndEveryFlippedByteIsAnErrorOrOtherBytes(codec: Int) throws {
        let whole = try compressed(Array(Self.text.prefix(2_000)), codec)
        for count in 0..<whole.count {
            #expect(throws: BatchRefusal.self) { try decompressed(Array(whole[..<count]), codec) }
        }
        for index in whole.indices {
            var damaged = whole
            damaged[index] ^= 0x55
            do throws(BatchRefusal) {
                #expect(try decompressed(damaged, codec).count <= 1 << 20)
            } catch {
                #expect(error.code == .corruptMessage || error.code == .messageTooLarge)
            }
        }
    }

    @Test func anUnknownCodecIsRefused() {
        #expect(throws: BatchRefusal.self) { try decompressed([1, 2, 3], 5) }
    }
}
