namespace Holdfast.Functions.Live.Tests;

/// <summary>The tests of the published app, one after the other: it is published once, and a machine has no room for two of them.</summary>
[CollectionDefinition(Name)]
public sealed class PublishedCollection : ICollectionFixture<PublishedFolder>
{
    public const string Name = "published";
}
