using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Holdfast.Architecture.Tests;

/// <summary>Which types of a module a type refers to: in its declaration, its members' signatures and their bodies.</summary>
internal static class TypeDependencies
{
    public static IEnumerable<TypeDefinition> Of(TypeDefinition type) =>
        References(type).SelectMany(Flatten).OfType<TypeDefinition>().Where(t => t.Module == type.Module).Select(Outermost).Distinct();

    public static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static IEnumerable<TypeReference?> References(TypeDefinition type) =>
        [
            type.BaseType,
            .. type.Interfaces.Select(i => i.InterfaceType),
            .. type.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType),
            .. Attributes(type),
            .. type.Fields.SelectMany(f => (IEnumerable<TypeReference?>)[f.FieldType, .. Attributes(f)]),
            .. type.Properties.SelectMany(Attributes),
            .. type.Methods.SelectMany(References),
            .. type.NestedTypes.SelectMany(References),
        ];

    private static IEnumerable<TypeReference?> References(MethodDefinition method) =>
        [
            method.ReturnType,
            .. method.Parameters.Select(p => p.ParameterType),
            .. method.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType),
            .. Attributes(method),
            .. method.HasBody ? References(method.Body) : [],
        ];

    private static IEnumerable<TypeReference?> References(MethodBody body) =>
        [
            .. body.Variables.Select(v => v.VariableType),
            .. body.ExceptionHandlers.Select(h => h.CatchType),
            .. body.Instructions.SelectMany(i => References(i.Operand)),
        ];

    private static IEnumerable<TypeReference?> References(object? operand) =>
        operand switch
        {
            TypeReference type => [type],
            FieldReference field => [field.DeclaringType, field.FieldType],
            GenericInstanceMethod method => [.. method.GenericArguments, .. References(method.ElementMethod)],
            MethodReference method => [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(p => p.ParameterType)],
            _ => [],
        };

    private static IEnumerable<TypeReference?> Attributes(ICustomAttributeProvider attributed) =>
        attributed.CustomAttributes.SelectMany(a =>
            (IEnumerable<TypeReference?>)[a.AttributeType, .. a.ConstructorArguments.Select(argument => argument.Value as TypeReference)]
        );

    private static IEnumerable<TypeReference> Flatten(TypeReference? type) =>
        type switch
        {
            null => [],
            GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Flatten)],
            TypeSpecification specification => Flatten(specification.ElementType),
            _ => [type],
        };
}
