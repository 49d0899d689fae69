using System.Collections.Immutable;
using System.CommandLine;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Blobs;
using Holdfast.AzureCloud.Keys;
using Holdfast.AzureCloud.Resources;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control;
using Holdfast.Control.Registration;
using Holdfast.Documents;
using Holdfast.Vault.Catalogue;
using Holdfast.Vault.Replication;

namespace Holdfast.Cli.Verbs;

internal sealed class VaultCheckVerb : Verb
{
    private const string AccountType = "Microsoft.Storage/storageAccounts";

    private readonly Option<string?> account = new("--account")
    {
        HelpName = "ID",
        Description =
            "The storage account's resource id, as `az storage account show --query id` prints it: Resource Manager is asked for what the "
            + "blob service doesn't say",
    };
    private readonly Option<bool> strict = new("--strict") { Description = "Exit code 3 also when something is missing or not known" };
    private readonly Option<string?> control = new("--control")
    {
        HelpName = "CONTROL",
        Description =
            "Whose policies may ask for immutability: a service's control folder, or the URL of its container. Default: "
            + $"{OpenedControl.Variable}; without, only the points in the vault count",
    };

    public VaultCheckVerb()
        : base(
            "check",
            "Name what protects the vault beyond Holdfast, and what is missing. Exit code 3 if a policy's immutability can't be given",
            "text",
            "json"
        )
    {
        AddAll([account, strict, control]);
    }

    public override string Refused => "vault";

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast vault check", "Which promises the storage keeps, and which only Holdfast does"),
            new("holdfast vault check --strict --account $ACCOUNT_ID", "Everything, and a failure if anything is missing or not known"),
            new("holdfast vault check -o json | jq '.traits[] | select(.state != \"Present\")'", "What is missing"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var resource = Account(invocation);
        var service = OpenedControl.TryOpen(invocation.Get(control), invocation.Time);
        var vault = invocation.OpenVault();
        var traits = await vault.Store.TraitsAsync(invocation.Cancellation);
        if (resource is not null)
            traits = await new AccountTraits(new(invocation.Time, AzureEndpoint.Find())).RefineAsync(
                traits,
                resource,
                invocation.Cancellation
            );
        var catalogue = new VaultCatalogue(vault.Store, SealTrust.Anyone, CacheFolder.Open(invocation.Time));
        var asked = await VaultDocument.AskedAsync(catalogue, service, invocation.Time.GetUtcNow(), invocation.Cancellation);
        var document = VaultDocument.Of(vault.Store.Location, traits, asked) with
        {
            RegionSecrets = await RegionSecretsAsync(vault.Store, service, invocation.Cancellation),
        };
        if (invocation.Json)
            invocation.Screen.Json(document, OutputJson.Plain.VaultDocument);
        else
            Print(invocation.Screen, document);
        return document.LacksImmutability || (invocation.Get(strict) && !document.IsWhole) ? ExitCode.Partial : ExitCode.Done;
    }

    /// <summary>Only where the service has noted how far a replica is: else there is nothing to fail over to.</summary>
    private static async Task<ImmutableArray<string>> RegionSecretsAsync(
        IBlobStore vault,
        IDocumentStore? service,
        CancellationToken cancellation
    )
    {
        if (service is null || !await service.ListAsync(ControlPaths.Replicas, null, cancellation).AnyAsync(cancellation))
            return [];
        var key = Environment.GetEnvironmentVariable(SignatureKeys.Variable) ?? "";
        var signing = KeyAddress.IsMeantBy(key) && Uri.TryCreate(key, UriKind.Absolute, out var url) ? url : null;
        var secrets = await Elsewhere().FindAsync(vault, new(service), signing, cancellation);
        return [.. secrets.Select(s => $"{s.Of}: {s.Message}")];
    }

    private static RegionSecrets Elsewhere()
    {
        try
        {
            return RegionSecrets.Beside(Environment.GetEnvironmentVariable(RegionSecrets.Variable));
        }
        catch (FormatException e)
        {
            throw new UsageException($"{RegionSecrets.Variable}: {e.Message}");
        }
    }

    private AzureResourceId? Account(Invocation invocation)
    {
        if (invocation.Get(account) is not { } text)
            return null;
        if (!BlobVaults.IsContainer(invocation.VaultNamed ?? Environment.GetEnvironmentVariable(CommonOptions.VaultVariable) ?? ""))
            throw new UsageException("--account goes with a vault in a blob container: a folder is in no storage account");
        return AzureResourceId.TryParse(text, out var id) && id.IsOf(AccountType)
            ? id
            : throw new UsageException(
                $"--account '{text}' isn't the id of a storage account: give what `az storage account show --query id` prints"
            );
    }

    private static void Print(Screen screen, VaultDocument document)
    {
        screen.Line(document.Location);
        foreach (var trait in document.Traits)
        {
            var state = trait.State switch
            {
                TraitState.Present => screen.Ink.Green("present"),
                TraitState.Missing => screen.Ink.Red("missing"),
                _ => screen.Ink.Yellow("unknown"),
            };
            screen.Line($"  {state}  {NameOf(trait.Trait)}: {trait.Detail}");
        }
        foreach (var promise in document.Promises)
            screen.Line($"  {screen.Ink.Dim(KeeperOf(promise.KeptBy))}  {promise.Promise}");
        foreach (var asked in document.Asked)
            screen.Line($"  immutability is asked for by {asked}");
        foreach (var secret in document.RegionSecrets)
            screen.Warn(secret);
        if (document.LacksImmutability)
            screen.Warn("immutability is asked for, and this vault doesn't give it, as far as is known");
    }

    private static string NameOf(StoreTrait trait) =>
        trait switch
        {
            StoreTrait.Versioning => "versioning",
            StoreTrait.Immutability => "version-level immutability",
            StoreTrait.SoftDelete => "soft delete of blobs",
            StoreTrait.ContainerSoftDelete => "soft delete of containers",
            StoreTrait.PrivateAccess => "private access",
            _ => "no shared keys",
        };

    private static string KeeperOf(PromiseKeeper keeper) =>
        keeper switch
        {
            PromiseKeeper.Storage => "kept by the storage",
            PromiseKeeper.Software => "kept by Holdfast only",
            PromiseKeeper.NoOne => "kept by no one",
            _ => "not known",
        };
}
