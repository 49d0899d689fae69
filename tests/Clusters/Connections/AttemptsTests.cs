using System.Net;
using Holdfast.Clusters.Connections;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Clusters.Tests.Connections;

public sealed class AttemptsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 5, 30, 0, TimeSpan.Zero);

    [Fact]
    public void Retry_after_a_number_of_seconds_is_waited_for()
    {
        using var response = Throttled("7");

        Assert.Equal(TimeSpan.FromSeconds(7), Attempts().After(HttpMethod.Get, response));
    }

    [Fact]
    public void Retry_after_a_date_is_waited_for_until_then()
    {
        using var response = Throttled("Sun, 22 Nov 2026 05:30:11 GMT");

        Assert.Equal(TimeSpan.FromSeconds(11), Attempts().After(HttpMethod.Get, response));
    }

    [Fact]
    public void A_date_in_the_past_means_now()
    {
        using var response = Throttled("Sun, 22 Nov 2026 05:29:11 GMT");

        Assert.Equal(TimeSpan.Zero, Attempts().After(HttpMethod.Get, response));
    }

    [Fact]
    public void A_wait_that_would_outlast_patience_is_not_begun()
    {
        using var response = Throttled("61");

        Assert.Null(Attempts().After(HttpMethod.Get, response));
    }

    [Fact]
    public void A_server_that_never_answered_is_given_less_time_than_one_that_did()
    {
        var clock = new FakeTimeProvider(Now);
        var attempts = new Attempts(TimeSpan.FromMinutes(1), clock, new NoJitter());
        clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Null(attempts.AfterFault(everAnswered: false));
        Assert.NotNull(attempts.AfterFault(everAnswered: true));
    }

    [Fact]
    public void Delays_are_random_below_a_bound_that_doubles_up_to_ten_seconds()
    {
        var random = new Random(1);

        for (var attempt = 1; attempt < 20; attempt++)
        {
            var bound = Math.Min(200 * Math.Pow(2, attempt - 1), 10_000);
            var delays = Enumerable
                .Range(0, 200)
                .Select(_ => Clusters.Connections.Attempts.Jitter(random, attempt).TotalMilliseconds)
                .ToList();
            Assert.All(delays, d => Assert.InRange(d, 0, bound));
            Assert.True(delays.Max() > bound * 0.9 && delays.Min() < bound * 0.1, "the whole range is used");
        }
    }

    private static Attempts Attempts() => new(TimeSpan.FromMinutes(1), new FakeTimeProvider(Now), new NoJitter());

    private static HttpResponseMessage Throttled(string retryAfter)
    {
        var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
        response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
        return response;
    }
}
