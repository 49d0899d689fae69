using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Writing;
using Holdfast.Restore.Applying;

namespace Holdfast.Restore.Tests.Applying;

public sealed class ServerRefusalTests
{
    [Theory]
    [InlineData("pods \"b\" is forbidden: error looking up service account t1/robot: serviceaccount \"robot\" not found")]
    [InlineData("pods \"b\" is forbidden: no PriorityClass with name zzz was found")]
    [InlineData("pods \"b\" is forbidden: status unknown for quota: q, resources: pods")]
    [InlineData("configmaps \"b\" is forbidden: unable to create new content in namespace t1 because it is being terminated")]
    [InlineData("pods \"b\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1")]
    public void What_something_later_brings_is_deferred(string message) =>
        Assert.Equal(OutcomeKind.Deferred, Of(WriteStatus.Forbidden, 403, message).Kind);

    [Theory]
    [InlineData("secrets is forbidden: User \"alice\" cannot create resource \"secrets\" in API group \"\" in the namespace \"t1\"")]
    [InlineData("pods \"b\" is forbidden: minimum cpu usage per Container is 1, but request is 100m")]
    public void What_nothing_later_cures_has_failed(string message) =>
        Assert.Equal(OutcomeKind.Failed, Of(WriteStatus.Forbidden, 403, message).Kind);

    [Fact]
    public void A_dead_backend_is_deferred_and_a_wrong_object_has_failed()
    {
        Assert.Equal(OutcomeKind.Deferred, Of(WriteStatus.Unavailable, 500, "failed calling webhook \"x\"").Kind);
        Assert.Equal(OutcomeKind.Failed, Of(WriteStatus.Invalid, 422, "spec.replicas: Invalid value: -1").Kind);
    }

    [Theory]
    [InlineData(500, "etcdserver: request is too large")]
    [InlineData(500, "rpc error: code = ResourceExhausted desc = trying to send message larger than max (3145728 vs. 2097152)")]
    [InlineData(
        500,
        "failed to create typed patch object: errors:\n  .spec.template.spec.containers[name=\"web\"].env: duplicate entries for key "
            + "[name=\"MODE\"]"
    )]
    [InlineData(500, "failed to create typed patch object: .spec.foo: field not declared in schema")]
    public void What_is_wrong_with_the_object_itself_fails_at_once_and_is_no_dead_backend(int code, string message)
    {
        var answer = new WriteResult(WriteStatus.Unavailable, code, default, "InternalError", message);

        var update = ServerRefusal.Outcome(Step("deployments.apps"), answer, [], false, StepAction.Update);

        Assert.Equal(OutcomeKind.Failed, update.Kind);
        Assert.Contains("--existing replace", update.Reason, StringComparison.Ordinal);
        Assert.False(ServerRefusal.IsOfABackend(answer));
        Assert.DoesNotContain(
            "--existing",
            ServerRefusal.Outcome(Step("deployments.apps"), answer, [], false).Reason,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_field_that_names_what_the_object_itself_does_not_have_is_not_waited_for()
    {
        var body = Encoding.UTF8.GetBytes(
            """
            {"details":{"causes":[{"field":"spec.containers[0].volumeMounts[0].name","reason":"FieldValueNotFound",
              "message":"Not found: \"v\""}]}}
            """
        );

        var outcome = ServerRefusal.Outcome(
            Step("pods"),
            new(
                WriteStatus.Invalid,
                422,
                body,
                "Invalid",
                "Pod \"b\" is invalid: spec.containers[0].volumeMounts[0].name: Not found: \"v\""
            ),
            [],
            false
        );

        Assert.Equal(OutcomeKind.Failed, outcome.Kind);
    }

    [Theory]
    [InlineData(true, OutcomeKind.Deferred), InlineData(false, OutcomeKind.Failed)]
    public void A_missing_namespace_is_waited_for_only_where_the_restore_may_bring_it(bool mayCome, OutcomeKind expected)
    {
        var answer = new WriteResult(WriteStatus.NotFound, 404, default, "NotFound", "namespaces \"t1\" not found")
        {
            Missing = MissingPart.Namespace,
        };

        Assert.Equal(expected, ServerRefusal.Outcome(Step("configmaps"), answer, [], mayCome).Kind);
    }

    [Theory]
    [InlineData(400, "decode base64: illegal base64 data, error found in #10 byte of ...|\"k\":\"hunter2\"|...")]
    [InlineData(422, "Secret \"s\" is invalid: data[k]: Invalid value: \"aHVudGVyMg==\"")]
    [InlineData(403, "admission webhook \"w\" denied the request: hunter2 is a weak password")]
    public void What_a_server_quotes_of_a_secret_is_withheld(int code, string message)
    {
        var status = code switch
        {
            403 => WriteStatus.Forbidden,
            _ => WriteStatus.Invalid,
        };
        var body = Encoding.UTF8.GetBytes(
            """{"details":{"causes":[{"field":"data[k]","reason":"FieldValueInvalid","message":"hunter2"}]}}"""
        );
        var secret = (JsonObject)JsonNode.Parse("""{"data":{"k":"aHVudGVyMg=="}}""")!;

        var reason = ServerRefusal.Outcome(Step("secrets"), new(status, code, body, "Invalid", message), secret, false).Reason;

        Assert.DoesNotContain("hunter2", reason, StringComparison.Ordinal);
        Assert.DoesNotContain("aHVudGVyMg", reason, StringComparison.Ordinal);
        Assert.Contains("data[k]: FieldValueInvalid", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_refusals_of_secrets_are_reported_in_the_servers_words()
    {
        var secret = (JsonObject)JsonNode.Parse("""{"data":{"k":"aHVudGVyMg=="}}""")!;

        var reason = ServerRefusal.Explain(
            Step("secrets"),
            new(WriteStatus.Forbidden, 403, default, "Forbidden", "exceeded quota: secrets=10"),
            secret
        );

        Assert.Equal("exceeded quota: secrets=10", reason);
    }

    private static StepOutcome Of(WriteStatus status, int code, string message) =>
        ServerRefusal.Outcome(Step("pods"), new(status, code, default, null, message), [], false);

    private static RestoreStep Step(string resource) =>
        new()
        {
            Number = 1,
            Stage = RestoreStage.Configuration,
            Action = StepAction.Create,
            Resource = resource,
            ApiVersion = "v1",
            Kind = "X",
            Namespace = "t1",
            Name = "s",
            Reason = "",
        };
}
