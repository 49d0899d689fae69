using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Control.Infrastructure;
using Holdfast.Control.Registration;

namespace Holdfast.Capture.Sealing;

/// <summary>What a capture has to say of what its cluster runs on.</summary>
/// <param name="Profile">Null: it isn't known, or couldn't be read.</param>
/// <param name="Missing">What couldn't be read, and why; null: nothing.</param>
public sealed record CapturedInfrastructure(InfrastructureProfile? Profile, string? Missing)
{
    public static readonly CapturedInfrastructure None = new(null, null);

    /// <summary>How the inventory names it among its gaps.</summary>
    private const string Subject = "infrastructure";

    private const string LookUp =
        "Correct azure.resourceId of the registration or the app's permissions (docs/operations.md), and capture again";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public IEnumerable<Gap> Gaps => Missing is null ? [] : [new(Subject, null, Missing)];

    /// <param name="reader">Null: no cloud can be asked here.</param>
    /// <param name="request">With the registration that the run was ordered under; without one, nothing is asked.</param>
    public static async Task<CapturedInfrastructure> ReadAsync(
        InfrastructureReader? reader,
        CaptureRequest request,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        if (reader is null || RegistrationOf(request) is not { Azure: not null } registration)
            return None;
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            var reading = await reader(registration, either.Token);
            return reading is null ? None : new(reading.Profile, reading.Missing is { } missing ? $"{missing}. {LookUp}" : null);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            return new(null, $"what the cluster runs on can't be read: {fault.Message}. {LookUp}");
        }
    }

    private static ClusterRegistration? RegistrationOf(CaptureRequest request) =>
        request.Registration is { } document ? ClusterRegistration.Read(Encoding.UTF8.GetBytes(document.GetRawText())).Document : null;
}
