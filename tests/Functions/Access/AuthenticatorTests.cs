using Holdfast.Functions.Access;
using Holdfast.Functions.Problems;
using Holdfast.Functions.Tests.Api;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Functions.Tests.Access;

public sealed class AuthenticatorTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-door-");

    private string TokenPath => Path.Combine(folder.FullName, "inner", "token");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Whoever_holds_the_local_token_may_do_everything()
    {
        var door = new Authenticator.OfLoopback(LocalToken.Make(TokenPath));

        var caller = door.Admit(Request("127.0.0.1:7080", $"Bearer {File.ReadAllText(TokenPath).Trim()}"));

        Assert.Equal("local", caller.Id);
        Assert.True(caller.Has(Roles.Admin) && caller.Has(Roles.SecretReader));
    }

    [SkippableFact]
    public void The_file_of_the_token_is_its_owners_alone()
    {
        if (OperatingSystem.IsWindows())
            throw new SkipException("Windows has no such modes");
        LocalToken.Make(TokenPath);
        File.SetUnixFileMode(TokenPath, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        LocalToken.Make(TokenPath);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(TokenPath));
        Assert.Equal([TokenPath], Directory.GetFiles(Path.GetDirectoryName(TokenPath)!));
    }

    [Fact]
    public void Each_start_makes_another_token_and_the_one_before_counts_for_nothing()
    {
        LocalToken.Make(TokenPath);
        var before = File.ReadAllText(TokenPath).Trim();
        var door = new Authenticator.OfLoopback(LocalToken.Make(TokenPath));

        Assert.Equal(43, before.Length);
        Refused(401, () => door.Admit(Request("localhost", $"Bearer {before}")));
    }

    [Theory]
    [
        InlineData(null),
        InlineData(""),
        InlineData("Bearer"),
        InlineData("Bearer "),
        InlineData("Bearer wrong"),
        InlineData("Basic bG9jYWw6")
    ]
    public void Anything_but_the_token_is_refused_with_where_to_find_it(string? authorization)
    {
        var door = new Authenticator.OfLoopback(LocalToken.Make(TokenPath));

        Assert.Contains(TokenPath, Refused(401, () => door.Admit(Request("localhost:7080", authorization))).Detail);
    }

    [Theory]
    [
        InlineData("evil.example.org"),
        InlineData("127.0.0.1.evil.example.org"),
        InlineData("localhost.evil.example.org:7080"),
        InlineData("10.0.0.5")
    ]
    public void A_name_that_is_not_loopbacks_is_refused_even_with_the_token(string host)
    {
        var door = new Authenticator.OfLoopback(LocalToken.Make(TokenPath));
        var request = Request(host, $"Bearer {File.ReadAllText(TokenPath).Trim()}");

        Refused(403, () => door.Admit(request));
        Assert.Null(door.Recognize(request));
    }

    [Theory]
    [InlineData("127.0.0.1:7080", null), InlineData("localhost:7080", "http://localhost:7080"), InlineData("[::1]:7080", null)]
    public void Loopback_and_its_own_pages_get_in(string host, string? origin)
    {
        var door = new Authenticator.OfLoopback(LocalToken.Make(TokenPath));
        var request = Request(host, $"Bearer {File.ReadAllText(TokenPath).Trim()}");
        if (origin is not null)
            request.Headers.Origin = origin;

        Assert.Equal("local", door.Admit(request).Id);
    }

    [Theory]
    [
        InlineData("https://evil.example.org"),
        InlineData("null"),
        InlineData("http://localhost:9999"),
        InlineData("http://app.example.org.evil")
    ]
    public void A_page_of_another_origin_is_refused_whoever_is_signed_in(string origin)
    {
        var request = Platform("app.example.org", ApiBench.Principal("Admin"));
        request.Headers.Origin = origin;

        Refused(403, () => new Authenticator.OfPlatform().Admit(request));
    }

    [Fact]
    public void The_apps_own_page_may_call_it()
    {
        var request = Platform("app.example.org", ApiBench.Principal("Admin"));
        request.Headers.Origin = "https://app.example.org";

        Assert.Equal(Roles.Admin, new Authenticator.OfPlatform().Admit(request).Roles);
    }

    [Fact]
    public void A_principal_has_the_roles_and_the_object_that_the_platform_says()
    {
        var caller = new Authenticator.OfPlatform().Admit(
            Platform("app.example.org", ApiBench.Principal("Operator SecretReader Gardener", "kim@example.org"))
        );

        Assert.Equal(
            new Caller(
                "entra:11111111-1111-1111-1111-111111111111/object-of-kim@example.org",
                "kim@example.org",
                Roles.Operator | Roles.SecretReader
            ),
            caller
        );
    }

    [Theory]
    [
        InlineData(""),
        InlineData("not base64!"),
        InlineData("bm90IGpzb24="),
        InlineData("e30="),
        InlineData("bnVsbA=="),
        InlineData("eyJjbGFpbXMiOlt7InR5cCI6InJvbGVzIiwidmFsIjoiQWRtaW4ifV19")
    ]
    public void A_principal_that_can_not_be_read_or_names_no_one_is_anonymous(string header) =>
        Refused(401, () => new Authenticator.OfPlatform().Admit(Platform("app.example.org", header)));

    [Fact]
    public void Two_principals_are_none()
    {
        var request = Platform("app.example.org", ApiBench.Principal("Reader"));
        request.Headers.Append(PlatformPrincipal.Header, ApiBench.Principal("Admin"));

        Refused(401, () => new Authenticator.OfPlatform().Admit(request));
    }

    [Fact]
    public void Without_a_platform_that_authenticates_its_header_counts_for_nothing()
    {
        var local = new Authenticator.OfLoopback(LocalToken.Make(TokenPath));

        Refused(401, () => local.Admit(Platform("localhost", ApiBench.Principal("Admin"))));
        Refused(401, () => new Authenticator.Closed("turn it on").Admit(Platform("app.example.org", ApiBench.Principal("Admin"))));
    }

    private static HttpRequest Request(string host, string? authorization)
    {
        var request = new DefaultHttpContext().Request;
        request.Host = new(host);
        if (authorization is not null)
            request.Headers.Authorization = authorization;
        return request;
    }

    private static HttpRequest Platform(string host, string principal)
    {
        var request = Request(host, null);
        request.Scheme = "https";
        request.Headers[PlatformPrincipal.Header] = principal;
        return request;
    }

    private static Problem Refused(int status, Func<object> ask)
    {
        var problem = Assert.Throws<ProblemException>(ask).Problem;
        Assert.Equal(status, problem.Status);
        return problem;
    }
}
