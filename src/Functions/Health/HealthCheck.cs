namespace Holdfast.Functions.Health;

/// <param name="Message">What is wrong; null: nothing, or the caller is not authenticated.</param>
internal sealed record HealthCheck(string Name, bool Works, string? Message);
