"""All that an error could tell to a log, a debugger or a careless handler."""

import traceback


def everything_told(error: BaseException, *, hidden: bool = True) -> str:
    """Its text, its arguments, and those of every error in its chain, hidden ones too."""
    told = ["".join(traceback.format_exception(error))]
    chain: BaseException | None = error
    while chain is not None:
        told += [str(chain), repr(chain), repr(chain.args), repr(vars(chain))]
        is_shown = hidden or not chain.__suppress_context__
        chain = chain.__cause__ or (chain.__context__ if is_shown else None)
    return "\n".join(told)
