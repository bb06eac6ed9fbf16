import Testing

@testable import Statistics

struct SortedSampleTests {
    @Test(arguments: [0, 1, 2, 100, 2047, 2048, 20_000])
    func `sorts any number of values, of either sign`(count: Int) {
        var generator = SplitMix(seed: UInt64(count))
        let column = (0..<count).map { _ in (generator.uniform() - 0.5) * 1e6 }
        #expect(SortedSample(column).values == column.sorted())
    }

    @Test func `large columns with few or extreme values sort as well`() {
        var generator = SplitMix(seed: 3)
        let extremes = [
            -Double.greatestFiniteMagnitude, -1, -0x1p-1074, 0, -0.0, 0x1p-1074, 1, .greatestFiniteMagnitude,
        ]
        let column = (0..<5000).map { _ in extremes[Int(generator.next() % 8)] }
        #expect(SortedSample(column).values == column.sorted())
        #expect(SortedSample(Array(repeating: 3, count: 4000)).distinctCount() == 1)
    }

    @Test(arguments: ColumnContrastTests.shapes)
    func `sorts long columns of any shape`(shape: ColumnContrastTests.Shape) {
        var generator = SplitMix(seed: 23)
        let column = (0..<70_000).map { _ in shape.value(&generator) }
        let sorted = column.map { $0 + 0.0 }.sorted()
        #expect(SortedSample(column).values == sorted)
        #expect(radixAscending(column).map { $0 + 0.0 } == sorted)
    }

    @Test func `sorts stretches and leaves the rest where it is`() {
        var generator = SplitMix(seed: 31)
        let values = (0..<5_000).map { place in place < 3_000 ? generator.uniform() : Double(generator.next() % 5) }
        var sorter = SpreadSort(values: values)
        for places in [10..<11, 100..<120, 200..<2_900, 3_000..<4_900, 4_950..<4_950] {
            sorter.sort(places)
            #expect(Array(sorter.values[places]) == values[places].sorted())
        }
        #expect(sorter.values[..<100] == values[..<100] && sorter.values[4_900...] == values[4_900...])
    }

    @Test func `drops and counts what is not finite`() {
        let sample = SortedSample([3, .nan, 1, .infinity, -.infinity, 2])
        #expect(sample.values == [1, 2, 3])
        #expect(sample.missing == 1)
        #expect(sample.infinite == 2)
    }

    @Test(arguments: try NumericPair.all())
    func `describes a column as numpy does`(pair: NumericPair) throws {
        let expected = try #require(try GoldenFile.byID("scipy_tests")[pair.id])["expected"]["describe_ref"]
        let sample = pair.sortedReference
        #expect(sample.count == expected["n"].int)
        #expect(agrees(sample.mean, expected["mean"].double))
        #expect(agrees(sample.populationDeviation, expected["std_pop"].double, relative: pair.tolerance))
        #expect(agrees(try sample.quantile(0.5), expected["median"].double))
    }

    @Test func `a quantile of nothing or outside 0…1 has a reason`() {
        #expect(throws: UndefinedStatistic(.emptyReference)) { try SortedSample([]).quantile(0.5) }
        #expect(throws: UndefinedStatistic(.outOfRange)) { try SortedSample([1]).quantile(1.5) }
    }
}
