using System.Collections.Immutable;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Simulator.Faults;

/// <summary>The active faults. Thread-safe.</summary>
internal sealed class InjectedFaults(ObjectStore store, TimeProvider time)
{
    private ImmutableList<InjectedFault> faults = [];

    public InjectedFault Add(Fault fault)
    {
        var injected = new InjectedFault(fault, Remove);
        ImmutableInterlocked.Update(ref faults, static (list, one) => list.Add(one), injected);
        return injected;
    }

    /// <summary>Applies the first matching fault; returns if the request is still to be answered.</summary>
    public async Task MeetAsync(HttpContext http, CancellationToken cancellation)
    {
        if (faults.IsEmpty)
            return;
        var target = http.Request.Path + http.Request.QueryString.Value;
        if (faults.Find(f => f.Strikes(http.Request.Method, target)) is not { Fault: var fault })
            return;
        if (fault.Compact)
            store.Compact();
        if (fault.Delay > TimeSpan.Zero)
            await Task.Delay(fault.Delay, time, cancellation);
        if (fault.Status is { } status)
            throw new ApiError(status, ReasonOf(status), $"injected fault {status}") { RetryAfter = fault.RetryAfter };
        if ((fault.CutAfter ?? fault.StallAfter) is { } bytes)
            http.Response.Body = new FaultyBody(http, bytes, cuts: fault.CutAfter is not null);
    }

    private void Remove(InjectedFault fault) => ImmutableInterlocked.Update(ref faults, static (list, one) => list.Remove(one), fault);

    private static string ReasonOf(int status) =>
        status switch
        {
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "NotFound",
            409 => "Conflict",
            410 => "Expired",
            429 => "TooManyRequests",
            503 => "ServiceUnavailable",
            504 => "Timeout",
            _ => "InternalError",
        };
}
