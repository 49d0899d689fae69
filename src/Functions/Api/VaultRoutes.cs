using Holdfast.Documents;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;

namespace Holdfast.Functions.Api;

/// <summary>The vault as a whole.</summary>
internal static class VaultRoutes
{
    public static readonly ApiRoute Check = new(
        "GET",
        "/vault",
        "vault.check",
        "What protects the vault beyond Holdfast, what is missing, and which promises only Holdfast keeps",
        Roles.AnyReader,
        CheckAsync
    )
    {
        Gives = [new(200, "What the storage says; `Unknown` where the app may not read it", ApiJson.Plain.VaultDocument)],
    };

    private static async Task<Answer> CheckAsync(ApiRequest request)
    {
        var environment = request.App.Environment;
        var traits = await environment.Vault.TraitsAsync(request.Cancellation);
        var asked = await VaultDocument.AskedAsync(
            new(environment.Vault, environment.Trust, environment.Control),
            environment.Control,
            environment.Time.GetUtcNow(),
            request.Cancellation
        );
        var secrets = await request.App.RegionSecretsAsync(request.Cancellation);
        var document = VaultDocument.Of(environment.Vault.Location, traits, asked);
        return Answer.Ok(document with { RegionSecrets = [.. secrets.Select(s => $"{s.Of}: {s.Message}")] }, ApiJson.Plain.VaultDocument);
    }
}
