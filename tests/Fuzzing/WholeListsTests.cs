using System.Text;
using System.Text.Json;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Machine.Faults;

namespace Holdfast.Fuzzing.Tests;

public sealed class WholeListsTests
{
    [Theory]
    [InlineData("""{"a":null,"b":[1,{"c":null},[]]}""", true)]
    [InlineData("""{"a":[1,null]}""", false)]
    [InlineData("""[{"a":{}},[null]]""", false)]
    public void A_list_is_whole_without_a_null(string json, bool isWhole) =>
        Assert.Equal(isWhole, WholeLists.Are(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void What_isnt_JSON_is_no_document() => Assert.ThrowsAny<JsonException>(() => WholeLists.Are("{\"a\":["u8));

    [Fact]
    public void A_body_with_a_null_in_a_list_is_the_callers_mistake() =>
        Assert.Throws<ProblemException>(() =>
            ApiRequest.Parse("""{"cluster":"prod","point":"latest","transforms":[null]}"""u8.ToArray(), ApiJson.Plain.RestoreTerms)
        );
}
