using System.Net;

namespace Holdfast.Functions.Tests.Api;

public sealed class HealthTests(ApiBench bench) : IClassFixture<ApiBench>
{
    [Theory]
    [InlineData("/api/health/live"), InlineData("/api/health/ready")]
    public async Task Probes_that_sign_in_nowhere_learn_that_the_app_works(string path) =>
        Assert.True((bool)(await bench.SendAsync(HttpMethod.Get, path, null, null)).Is(HttpStatusCode.OK).Json["works"]!);

    [Fact]
    public async Task Readiness_names_what_was_asked()
    {
        var checks = (await bench.SendAsync(HttpMethod.Get, "/api/health/ready", null, null)).Json["checks"]!.AsArray();

        Assert.Equal(["vault", "control"], checks.Select(c => (string)c!["name"]!));
    }
}
