/// The version of the product, the same for the server and its command line.
package enum ProductVersion {
    /// As `major.minor.patch`.
    package static let current = "0.1.0"
}
