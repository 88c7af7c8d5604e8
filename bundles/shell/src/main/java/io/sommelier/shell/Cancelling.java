package io.sommelier.shell;

import io.sommelier.api.CommandId;
import io.sommelier.api.admin.CommandView;
import io.sommelier.api.admin.ControllerAdmin;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;

/** Cancels one command in flight, and prints what it was. Stateless. */
final class Cancelling {
    private final ControllerAdmin admin;
    private final PrintStream out;

    Cancelling(ControllerAdmin admin, PrintStream out) {
        this.admin = admin;
        this.out = out;
    }

    /**
     * Says whether a command was cancelled.
     *
     * @param id the text of its id
     * @param principal who sent it; {@code null} when there is no doubt
     * @param inColumns whether what it was is printed as a row of {@code command-list}
     */
    boolean cancel(String id, String principal, String reason, boolean inColumns) {
        CommandId commandId;
        try {
            commandId = CommandId.parse(id);
        } catch (IllegalArgumentException noId) {
            out.println(noId.getMessage());
            return false;
        }
        List<CommandView> found = admin.commands(commandId).stream()
                .filter(command -> principal == null || command.principal().equals(principal))
                .toList();
        if (found.size() > 1) {
            out.println("several principals have a command of that id in flight, name one with --principal: "
                    + found.stream()
                            .map(command -> "'" + command.principal() + "'")
                            .collect(Collectors.joining(" ")));
            return false;
        }
        if (found.isEmpty() || !admin.cancel(found.get(0).principal(), commandId, reason)) {
            out.println("no command of that id is in flight");
            return false;
        }
        CommandView command = found.get(0);
        if (inColumns) {
            CommandList.table(found).print(out, false);
            return true;
        }
        String holder = command.holder().isEmpty() ? "" : ", at " + command.holder();
        out.println("cancelled " + command.operation() + " of " + command.target() + ", which was " + command.state()
                + holder);
        return true;
    }
}
