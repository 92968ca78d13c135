"""GraphQL operations as Python functions: generated once, equal to graphql-core, nothing of ours.

An operation that was validated becomes Python source with every plain read written out; it is
compiled, remembered and run. What it gives is what `graphql.execute` gives: data, errors, paths,
null propagation, the order in which resolvers are called and awaited. What is not covered
(`@defer`, `@stream`, subscriptions, introspection) is refused when compiling and left to
graphql-core.

    compiler.py   the way in: a schema's compiler, and operations that run
    coverage.py   what can be compiled, and the variables that decide what is selected
    access.py     how a field comes by its value: read, called, or left to its resolver
    program.py    from selections to functions; source.py and values.py write their lines
    functions.py  texts become functions, and those that read alike share their code
    state.py      one execution: its errors, its paths, what resolvers are told; arguments.py,
                  variables.py
    complete.py   the long way round for every value the written lines do not expect; abstract.py
    later.py      what happens once something has to be awaited

Imports: graphql-core and the standard library.
"""
