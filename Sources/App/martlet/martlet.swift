@main
struct MartletProgram {
    static func main() {}
}
