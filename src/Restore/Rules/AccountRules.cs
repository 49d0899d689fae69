using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;

namespace Holdfast.Restore.Rules;

/// <summary>Service accounts and their tokens.</summary>
internal static class AccountRules
{
    public const string TokenType = "kubernetes.io/service-account-token";

    /// <summary>From here on no token Secret is made for an account that doesn't ask for one.</summary>
    private static readonly ServerRelease WithoutGeneratedTokens = new(1, 24);

    private const string AccountName = "kubernetes.io/service-account.name";
    private const string AccountUid = "kubernetes.io/service-account.uid";

    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Remove(
            "account-token-secrets",
            [KnownTypes.ServiceAccounts],
            "generated tokens are created again under other names, where the target is older than 1.24 and generates them",
            DropGeneratedNames
        ),
        Rule.Keep(
            "account-merged",
            [KnownTypes.ServiceAccounts],
            "a namespace makes its own default account: secrets and imagePullSecrets of both are merged, the live values win"
        ),
        Rule.Skip(
            "token-generated",
            [KnownTypes.Secrets],
            "the token controller generated it and makes another one, where the target is older than 1.24",
            s => GeneratesTokens(s) && IsGenerated(s)
        ),
        Rule.Remove(
            "token-data",
            [KnownTypes.Secrets],
            "a token is signed for the account's uid: the token controller fills in the new one's",
            DropTokenData
        ),
    ];

    /// <summary><c>default-token-x7k2p</c>: the account's name and five random characters.</summary>
    public static bool IsGeneratedTokenName(string? name, string account)
    {
        const string infix = "-token-";
        if (name is null || name.Length != account.Length + infix.Length + 5 || !name.StartsWith(account, StringComparison.Ordinal))
            return false;
        return name.AsSpan(account.Length, infix.Length).SequenceEqual(infix)
            && !name.AsSpan(account.Length + infix.Length).ContainsAnyExcept(RandomCharacters);
    }

    private static readonly System.Buffers.SearchValues<char> RandomCharacters = System.Buffers.SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789"
    );

    public static bool IsToken(JsonObject secret) => secret.Text("type") == TokenType;

    /// <summary>
    /// Where the target doesn't, a generated token comes back like one that a user asked for: by its name, for the token controller to
    /// fill.
    /// </summary>
    private static bool GeneratesTokens(RuleSubject subject) =>
        subject.Context.TargetVersion is not { } target || target.IsBefore(WithoutGeneratedTokens);

    private static void DropGeneratedNames(RuleSubject subject)
    {
        if (GeneratesTokens(subject))
            subject.Manifest.RemoveItems("secrets", r => IsGeneratedTokenName(r.Text("name"), subject.Name));
    }

    /// <summary>By its name, and edited by no one else: no label, annotation or key that a controller doesn't write.</summary>
    private static bool IsGenerated(RuleSubject subject) =>
        IsToken(subject.Manifest)
        && subject.Annotation(AccountName) is { } account
        && IsGeneratedTokenName(subject.Name, account)
        && Keys(subject.Metadata.Object("annotations")).All(key => key is AccountName or AccountUid)
        && Keys(subject.Metadata.Object("labels")).All(key => key.StartsWith("kubernetes.io/legacy-token-", StringComparison.Ordinal))
        && Keys(subject.Manifest.Object("data")).All(key => key is "token" or "ca.crt" or "namespace" or "service-ca.crt")
        && !subject.HasOtherHands();

    private static IEnumerable<string> Keys(JsonObject? map) => map?.Select(p => p.Key) ?? [];

    private static void DropTokenData(RuleSubject subject)
    {
        if (!IsToken(subject.Manifest))
            return;
        subject.RemoveAnnotations(key => key == AccountUid);
        if (subject.Manifest.Object("data") is not { } data)
            return;
        var removed = false;
        foreach (var key in new[] { "token", "ca.crt", "namespace" })
            removed |= data.Remove(key);
        if (removed && data.Count == 0)
            subject.Manifest.Remove("data");
    }
}
