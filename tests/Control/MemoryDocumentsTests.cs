namespace Holdfast.Control.Tests;

public sealed class MemoryDocumentsTests : DocumentStoreSuite
{
    protected override IDocumentStore Store { get; } = new MemoryDocuments();
}
