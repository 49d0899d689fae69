using System.Text;
using System.Text.Json.Serialization;

namespace Holdfast.Control.Tests;

public sealed class ControlReadingTests
{
    private const string Path = "runs/x.json";
    private const string Whole = """{"name":"a","count":2,"state":"Good","parts":[{"name":"b","count":1}]}""";

    private readonly MemoryDocuments store = new();

    [Theory]
    [InlineData(Whole)]
    [InlineData("""{"name":"a","count":2,"state":"Good","parts":[],"ofANewerVersion":{"x":[1,{"y":null}]}}""")]
    [InlineData("""{"version":1,"name":"a","count":2,"state":"Good"}""")]
    public async Task A_document_of_this_version_is_read_whatever_else_it_has(string text)
    {
        var read = await ReadAsync(text);

        Assert.Equal(("a", 2, SampleState.Good), (read!.Name, read.Count, read.State));
        Assert.Empty(store.Unusable.All);
    }

    [Theory]
    [InlineData(""), InlineData("{"), InlineData("null"), InlineData("[]"), InlineData("\"text\""), InlineData("{}")]
    [InlineData("""{"name":null,"count":2,"state":"Good"}""")]
    [InlineData("""{"count":2,"state":"Good"}""")]
    [InlineData("""{"name":"a","state":"Good"}""")]
    [InlineData("""{"name":"a","count":2,"state":"Splendid"}""")]
    [InlineData("""{"name":"a","count":"many","state":"Good"}""")]
    [InlineData("""{"name":"a","count":2,"state":"Good","parts":[null]}""")]
    [InlineData("""{"name":"a","count":2,"state":"Good","parts":[{"count":1}]}""")]
    [InlineData("""{"name":"a","name":"b","count":2,"state":"Good"}""")]
    [InlineData("{\"name\":\"\\ud800\",\"count\":2,\"state\":\"Good\"}")]
    public async Task What_is_not_whole_is_refused_with_its_path_and_what_to_do(string text)
    {
        var refused = await Assert.ThrowsAsync<ControlException>(() => ReadAsync(text));

        Assert.Equal((ControlFailure.Malformed, Path), (refused.Failure, refused.Path));
        Assert.Contains(Path, refused.Message);
        Assert.Contains("delete it", refused.Message);
        Assert.Equal(Path, Assert.Single(store.Unusable.All).Path);
    }

    [Theory]
    [
        InlineData("""{"version":3,"name":"a","count":2,"state":"Good"}"""),
        InlineData("""{"what":"is","all":["other"],"version":99999999999}""")
    ]
    public async Task One_of_a_newer_version_is_reported_as_such(string text) =>
        Assert.Equal(ControlFailure.NewerVersion, (await Assert.ThrowsAsync<ControlException>(() => ReadAsync(text))).Failure);

    [Fact]
    public async Task No_value_of_a_document_is_quoted()
    {
        var refused = await Assert.ThrowsAsync<ControlException>(() => ReadAsync("""{"name":"a","count":"s3cr3t","state":"s3cr3t"}"""));

        Assert.DoesNotContain("s3cr3t", refused.Message);
        Assert.DoesNotContain("s3cr3t", Assert.Single(store.Unusable.All).Problem);
    }

    [Fact]
    public async Task A_finding_is_reported_once_and_forgotten_when_the_document_is_well_or_gone()
    {
        var found = new List<string>();
        store.Unusable.Found += document => found.Add(document.Path);

        for (var again = 0; again < 3; again++)
            Assert.Null(await TryReadAsync("no document"));
        Assert.Single(found);
        Assert.NotNull(await TryReadAsync(Whole));
        Assert.Empty(store.Unusable.All);
        Assert.Null(await TryReadAsync("[]"));
        await store.DeleteAsync(Path, null, default);
        Assert.Null(await store.TryReadAsync(Path, SampleJson.Default.SampleDocument, default));

        Assert.Empty(store.Unusable.All);
        Assert.Equal(2, found.Count);
    }

    private async Task<SampleDocument?> ReadAsync(string text)
    {
        await store.PutAsync(Path, Encoding.UTF8.GetBytes(text), default);
        return (await store.ReadAsync(Path, SampleJson.Default.SampleDocument, default))?.Document;
    }

    private async Task<SampleDocument?> TryReadAsync(string text)
    {
        await store.PutAsync(Path, Encoding.UTF8.GetBytes(text), default);
        return (await store.TryReadAsync(Path, SampleJson.Default.SampleDocument, default))?.Document;
    }
}

internal enum SampleState
{
    Good,
    Bad,
}

internal sealed record SampleDocument(string Name, int Count, string? Note = null)
{
    public required SampleState State { get; init; }
    public IReadOnlyList<SamplePart>? Parts { get; init; }
}

internal sealed record SamplePart(string Name, int Count);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(SampleDocument))]
internal sealed partial class SampleJson : JsonSerializerContext;
