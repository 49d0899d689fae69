using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Api.Documents;

/// <param name="Request">Of method, path and body.</param>
internal sealed record NotedRequest(ContentDigest Request, RunId Run, DateTimeOffset At);
