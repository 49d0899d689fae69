using Holdfast.Archive.Format;
using Holdfast.Control.Clouds;
using Holdfast.Control.Registration;

namespace Holdfast.Control.Infrastructure;

/// <summary>Asks a cloud what a registered cluster runs on.</summary>
/// <returns>Null: the registration names nothing to ask about.</returns>
/// <exception cref="CloudException">It can't be found out.</exception>
public delegate Task<InfrastructureReading?> InfrastructureReader(ClusterRegistration cluster, CancellationToken cancellation);

/// <param name="Profile">What the cluster runs on.</param>
/// <param name="Missing">What of it couldn't be read, and why; null: it is whole.</param>
public sealed record InfrastructureReading(InfrastructureProfile Profile, string? Missing = null);
