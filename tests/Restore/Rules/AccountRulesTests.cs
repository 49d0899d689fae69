namespace Holdfast.Restore.Tests.Rules;

public sealed class AccountRulesTests
{
    [Fact]
    public void An_account_keeps_the_secrets_that_a_user_gave_it() =>
        RuleCase.Same(
            "{ apiVersion: v1, kind: ServiceAccount, metadata: { name: runner, namespace: shop }, secrets: [{ name: registry }], "
                + "imagePullSecrets: [{ name: pull }] }",
            RuleCase.Body(
                "{ apiVersion: v1, kind: ServiceAccount, metadata: { name: runner, namespace: shop }, secrets: [{ name: "
                    + "runner-token-x7k2p }, { name: registry }], imagePullSecrets: [{ name: pull }] }"
            )
        );

    [Fact]
    public void An_account_with_nothing_but_its_token_has_no_secrets_list() =>
        Assert.False(
            RuleCase
                .Body(
                    "{ apiVersion: v1, kind: ServiceAccount, metadata: { name: runner, namespace: shop }, secrets: [{ name: "
                        + "runner-token-x7k2p }] }"
                )
                .ContainsKey("secrets")
        );

    [Theory]
    [InlineData("token-generated", "runner-token-x7k2p", "labels: {}")]
    [InlineData("token-generated", "runner-token-x7k2p", "managedFields: [{ manager: kube-controller-manager, operation: Update }]")]
    [InlineData(null, "runner-token-x7k2p", "managedFields: [{ manager: kubectl-create, operation: Update }]")]
    [InlineData("token-generated", "runner-token-x7k2p", "labels: { kubernetes.io/legacy-token-last-used: '2026-01-01' }")]
    [InlineData(
        null,
        "runner-token-x7k2p",
        "managedFields: [{ manager: kube-controller-manager, operation: Update }, { manager: kubectl-edit, operation: Update }]"
    )]
    [InlineData(null, "runner-token-x7k2p", "labels: { team: blue }")]
    [InlineData(null, "runner-token", "labels: {}")]
    public void Token_secrets_by_who_made_them(string? rule, string name, string metadata) =>
        Assert.Equal(rule, RuleCase.SkipRule(Token(name, metadata)));

    [Theory]
    [InlineData("team: blue", "")]
    [InlineData("", "extra: eA==")]
    public void A_generated_name_with_a_foreign_annotation_or_key_is_a_users(string annotation, string data) =>
        Assert.Null(
            RuleCase.SkipRule(
                Token("runner-token-x7k2p", "labels: {}", data)
                    .Replace(
                        "annotations: {",
                        $"annotations: {{ {annotation}{(annotation.Length > 0 ? "," : "")}",
                        StringComparison.Ordinal
                    )
            )
        );

    [Theory]
    [InlineData("v1.23.17", "token-generated", false)]
    [InlineData("v1.24.0-eks-1", null, true)]
    public void A_generated_token_comes_back_by_its_name_where_the_target_generates_none(string target, string? rule, bool referred)
    {
        var onto = new RuleCase { TargetVersion = target };

        Assert.Equal(rule, onto.Prepare(Token("runner-token-x7k2p", "labels: {}")).SkipRule);
        Assert.Equal(
            referred,
            onto.Prepare(
                    "{ apiVersion: v1, kind: ServiceAccount, metadata: { name: runner, namespace: shop }, secrets: [{ name: "
                        + "runner-token-x7k2p }] }"
                )
                .Body.ContainsKey("secrets")
        );
    }

    [Fact]
    public void A_token_that_a_user_asked_for_comes_back_empty_for_the_controller_to_fill() =>
        RuleCase.Same(
            """
            apiVersion: v1
            kind: Secret
            metadata: { name: runner-token, namespace: shop, annotations: { kubernetes.io/service-account.name: runner } }
            type: kubernetes.io/service-account-token
            data: { extra: eA== }
            """,
            RuleCase.Body(Token("runner-token", "labels: {}", "extra: eA==").Replace("labels: {}, ", "", StringComparison.Ordinal))
        );

    [Fact]
    public void Another_secret_keeps_a_key_that_is_called_token() =>
        Assert.Equal(
            "eA==",
            (string?)
                RuleCase.Body(
                    "{ apiVersion: v1, kind: Secret, metadata: { name: s, namespace: shop }, type: Opaque, data: { token: eA== } }"
                )["data"]!["token"]
        );

    private static string Token(string name, string metadata, string data = "") =>
        $$"""
            apiVersion: v1
            kind: Secret
            metadata: { name: {{name}}, namespace: shop, {{metadata}}, annotations: { kubernetes.io/service-account.name: runner,
              kubernetes.io/service-account.uid: dead } }
            type: kubernetes.io/service-account-token
            data: { token: eA==, ca.crt: eA==, namespace: eA==, {{data}} }
            """;
}
