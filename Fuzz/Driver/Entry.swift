internal import FuzzTargets

/// What libFuzzer, whose `main` this program has, calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
package func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    ChosenTarget.target.run(UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : size))
    return 0
}
