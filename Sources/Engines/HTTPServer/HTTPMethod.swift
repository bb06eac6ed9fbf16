/// The request methods that routes may take.
package enum HTTPMethod: String, Sendable, Hashable, CaseIterable {
    /// Reads.
    case get = "GET"
    /// Reads the headers only; answered from the `GET` route.
    case head = "HEAD"
    /// Does something.
    case post = "POST"
    /// Replaces.
    case put = "PUT"
    /// Changes in part.
    case patch = "PATCH"
    /// Removes; may carry a body.
    case delete = "DELETE"
    /// Asks what is allowed.
    case options = "OPTIONS"
}
