"""Expressions as Python, each with its type."""

from __future__ import annotations

from tests.plc.st.lexer import StError
from tests.plc.st.tree import Binary, Call, Expr, Literal, Place, Unary, Unit, Variable
from tests.plc.st.types import BIT_STRINGS, CONVERSION, ELEMENTARY, NUMBERS

Coded = tuple[str, str]
"""Python, and the type: '' for a whole number that takes any."""

COMPARED = {"=": "==", "<>": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
BITWISE = {"and": "&", "or": "|", "xor": "^"}


class Expressions:
    """Knows the names of a program, and of the unit that was entered last."""

    def __init__(self, variables: list[Variable], units: list[Unit]) -> None:
        self._globals = {v.name: v for v in variables}
        self._units = {u.name: u for u in units}
        self._own: dict[str, Variable] = {}
        self._inputs: set[str] = set()

    def enter(self, unit: Unit) -> None:
        """What follows is of this unit."""
        own = [*unit.inputs, *unit.outputs, *unit.locals]
        if unit.kind == "function":
            own.append(Variable(unit.name, unit.result, 0))
        self._own = {v.name: v for v in own}
        self._inputs = {v.name for v in unit.inputs}
        twice = [v.name for v in own if v.name in self._globals]
        if twice or len(self._own) != len(own):
            raise StError(f"{unit.name}: declared twice: {twice}")

    def initial(self, variable: Variable) -> str:
        """What a variable holds at power-up."""
        if variable.type in self._units:
            return f"unit_{variable.type}()"
        if variable.type not in ELEMENTARY:
            raise StError(f"line {variable.line}: unknown type {variable.type}")
        nothing = {"bool": "False", "lreal": "0.0"}.get(variable.type, "0")
        if variable.initial is not None:
            nothing = self.of_type(variable.initial, variable.type, variable.line)
        return f"[{nothing}] * {variable.length}" if variable.length else nothing

    def is_instance(self, name: str) -> bool:
        """Whether a name is that of a function block's instance."""
        return name in self._own and self._own[name].type in self._units

    def require_writable(self, place: Place) -> None:
        """Raises StError for constants and inputs."""
        variable = self._variable(place)
        if variable.constant or place.name in self._inputs:
            raise StError(f"line {place.line}: {place.name} cannot be assigned to")

    def of_type(self, value: Expr, type_: str, line: int) -> str:
        """Python of a value that has to be of this type. Raises StError."""
        code, found = self.expression(value)
        if found == "" and type_ not in ("bool", "lreal"):
            return code
        if found != type_:
            raise StError(f"line {line or _line(value)}: {type_} expected, not {found or 'number'}")
        return code

    def expression(self, value: Expr) -> Coded:
        """Python and type of any value. Raises StError."""
        match value:
            case Literal():
                return repr(value.value), value.type
            case Place():
                return self.place(value)
            case Unary(sign="not"):
                return f"(not {self.of_type(value.of, 'bool', value.line)})", "bool"
            case Unary():
                code, type_ = self.expression(value.of)
                return self._wrapped(f"-{code}", type_)
            case Binary():
                return self._binary(value)
            case Call():
                return self._call(value)

    def place(self, place: Place) -> Coded:
        """A variable, an element, or a function block's output."""
        variable = self._variable(place)
        code = f"{'self' if place.name in self._own else 'io'}.{place.name}"
        if place.member:
            block = self._units.get(variable.type)
            outputs = {v.name: v.type for v in block.outputs} if block else {}
            if place.member not in outputs:
                raise StError(f"line {place.line}: {place.name} has no output {place.member}")
            return f"{code}.{place.member}", outputs[place.member]
        if (place.index is not None) != bool(variable.length):
            raise StError(f"line {place.line}: {place.name} is used with a wrong index")
        if place.index is not None:
            code = f"{code}[{self.of_type(place.index, 'int', place.line)}]"
        return code, variable.type

    def block_call(self, call: Call) -> list[str]:
        """Inputs of a function block's instance, then its run."""
        block = self._units[self._own[call.name].type]
        wanted = {v.name: v.type for v in block.inputs}
        given = {name for name, _ in call.arguments}
        if given != set(wanted):
            raise StError(f"line {call.line}: {call.name} wants {sorted(wanted)}")
        lines = [
            f"self.{call.name}.{name} = {self.of_type(value, wanted[name], call.line)}"
            for name, value in call.arguments
        ]
        return [*lines, f"self.{call.name}._scan()"]

    def _variable(self, place: Place) -> Variable:
        found = self._own.get(place.name) or self._globals.get(place.name)
        if found is None:
            raise StError(f"line {place.line}: unknown name {place.name}")
        return found

    def _binary(self, value: Binary) -> Coded:
        left, right, type_ = self._both(value.left, value.right, value.line)
        sign = value.sign
        if sign in COMPARED:
            return f"({left} {COMPARED[sign]} {right})", "bool"
        if sign in BITWISE:
            if type_ not in BIT_STRINGS:
                raise StError(f"line {value.line}: {sign} of {type_}")
            if type_ == "bool" and sign != "xor":
                return f"({left} {sign} {right})", "bool"
            return f"({left} {BITWISE[sign]} {right})", type_
        if type_ and type_ not in NUMBERS:
            raise StError(f"line {value.line}: {sign} of {type_}")
        if sign == "mod":
            return f"remainder({left}, {right})", type_
        if sign == "/" and type_ != "lreal":
            return f"divide({left}, {right})", type_
        return self._wrapped(f"({left} {sign} {right})", type_)

    def _wrapped(self, code: str, type_: str) -> Coded:
        if type_ in ("", "lreal"):
            return code, type_
        return f"wrap({type_!r}, {code})", type_

    def _both(self, left: Expr, right: Expr, line: int) -> tuple[str, str, str]:
        (one, first), (other, second) = self.expression(left), self.expression(right)
        if first == second or (second == "" and first not in ("bool", "lreal")):
            return one, other, first
        if first == "" and second not in ("bool", "lreal"):
            return one, other, second
        raise StError(f"line {line}: {first or 'number'} beside {second or 'number'}")

    def _call(self, call: Call) -> Coded:
        values = [value for _, value in call.arguments]
        conversion = CONVERSION.fullmatch(call.name)
        if conversion is not None:
            source, to = conversion.groups()
            return f"convert({to!r}, {self.of_type(values[0], source, call.line)})", to
        match call.name, values:
            case ("shl" | "shr") as name, [bits, by]:
                code, type_ = self.expression(bits)
                times = self.of_type(by, "int", call.line)
                if type_ not in BIT_STRINGS:
                    raise StError(f"line {call.line}: {name} of {type_ or 'number'}")
                if name == "shr":
                    return f"({code} >> {times})", type_
                return f"shift_left({type_!r}, {code}, {times})", type_
            case ("min" | "max") as name, [one, other]:
                left, right, type_ = self._both(one, other, call.line)
                return f"{name}({left}, {right})", type_
            case "sqrt", [one]:
                return f"sqrt({self.of_type(one, 'lreal', call.line)})", "lreal"
        return self._own_function(call)

    def _own_function(self, call: Call) -> Coded:
        unit = self._units.get(call.name)
        if unit is None or unit.kind != "function" or len(call.arguments) != len(unit.inputs):
            raise StError(f"line {call.line}: no function {call.name} with these arguments")
        wanted = {v.name: v.type for v in unit.inputs}
        named = [
            (name or wanted_name, value)
            for (name, value), wanted_name in zip(call.arguments, wanted, strict=True)
        ]
        codes = {name: self.of_type(value, wanted[name], call.line) for name, value in named}
        keywords = ", ".join(f"{name}={code}" for name, code in codes.items())
        return f"call(unit_{unit.name}, {unit.name!r}, {keywords})", unit.result


def _line(value: Expr) -> int:
    return value.line
