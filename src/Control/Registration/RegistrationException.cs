namespace Holdfast.Control.Registration;

/// <summary>
/// A cluster can't be opened for what its registration says, or because it has none: it has to be edited, trying again doesn't help.
/// </summary>
/// <param name="message">Which registration, what is wrong, what to do; holds no secret.</param>
public sealed class RegistrationException(string message, Exception? inner = null) : Exception(message, inner);
