using System.Net;

namespace Holdfast.Clusters.Connections;

/// <summary>
/// Decides whether a request is retried, and after what delay. Uses full jitter, so that callers that failed together don't retry together.
/// </summary>
internal sealed class Attempts(TimeSpan patience, TimeProvider time, Random random)
{
    private const int ServerErrors = 5;
    private static readonly TimeSpan FirstContact = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    private readonly long began = time.GetTimestamp();
    private int made;
    private int serverErrors;

    /// <summary>A status that a later attempt may not get again.</summary>
    public static bool MayPass(HttpResponseMessage response) => (int)response.StatusCode is 429 or 500 or 502 or 503 or 504;

    /// <summary>How long to wait; null: return the answer to the caller.</summary>
    public TimeSpan? After(HttpMethod method, HttpResponseMessage response)
    {
        if (!MayPass(response))
            return null;
        var asked = RetryAfter(response);
        if (
            response.StatusCode == HttpStatusCode.TooManyRequests
            || (response.StatusCode == HttpStatusCode.ServiceUnavailable && asked is not null)
        )
            return Within(patience, asked);
        var repeatable = method == HttpMethod.Get || response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway;
        return repeatable && ++serverErrors < ServerErrors ? Within(patience, asked) : null;
    }

    /// <summary>How long to wait after a request without any answer; null: give up.</summary>
    /// <param name="everAnswered">The server has answered before, so it exists and may come back.</param>
    public TimeSpan? AfterFault(bool everAnswered) =>
        Within(everAnswered || patience < FirstContact ? patience : FirstContact, asked: null);

    /// <summary>Between zero and a bound that doubles with each attempt.</summary>
    public static TimeSpan Jitter(Random random, int attempt)
    {
        var bound = FirstDelay * Math.Pow(2, Math.Min(attempt - 1, 10));
        return (bound < LongestDelay ? bound : LongestDelay) * random.NextDouble();
    }

    private TimeSpan? Within(TimeSpan limit, TimeSpan? asked)
    {
        var wait = Jitter(random, ++made) + (asked ?? TimeSpan.Zero);
        return time.GetElapsedTime(began) + wait <= limit ? wait : null;
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? header?.Date - time.GetUtcNow();
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
