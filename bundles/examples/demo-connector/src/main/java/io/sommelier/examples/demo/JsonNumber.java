package io.sommelier.examples.demo;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a JSON object that has exactly one field, a whole number. */
final class JsonNumber {
    private static final Pattern OBJECT = Pattern.compile(
            "[ \\t\\r\\n]*\\{[ \\t\\r\\n]*\"([a-zA-Z]+)\"[ \\t\\r\\n]*:[ \\t\\r\\n]*(0|[1-9][0-9]{0,17})[ \\t\\r\\n]*\\}[ \\t\\r\\n]*");

    private JsonNumber() {}

    /**
     * The number.
     *
     * @throws CommandException INVALID_COMMAND, REFUSED when the text is not such an object, or the number is out of range
     */
    static long read(Payload json, String field, long least, long most) {
        Matcher object = OBJECT.matcher(json.asText());
        if (object.matches() && object.group(1).equals(field)) {
            long number = Long.parseLong(object.group(2));
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw new CommandException(CommandError.of(
                ErrorCode.INVALID_COMMAND,
                Outcome.REFUSED,
                Stage.EXECUTION,
                "the body must be {\"" + field + "\":N} with N from " + least + " to " + most));
    }
}
