package io.sommelier.shell;

import io.sommelier.api.admin.ControllerAdmin;
import java.util.List;
import java.util.Set;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Completes the operations of the targets that stand on the line; of all, when none does. */
@Service
public final class OperationCompleter implements Completer {
    @Reference
    private ControllerAdmin admin;

    @Override
    public int complete(Session session, CommandLine commandLine, List<String> candidates) {
        Set<String> words = Set.copyOf(List.of(commandLine.getArguments()));
        boolean isNamed = admin.targets().stream().anyMatch(target -> words.contains(target.targetId()));
        List<String> operations = admin.targets().stream()
                .filter(target -> !isNamed || words.contains(target.targetId()))
                .flatMap(target -> target.members().stream())
                .flatMap(member -> member.operations().stream())
                .distinct()
                .sorted()
                .toList();
        return new StringsCompleter(operations).complete(session, commandLine, candidates);
    }
}
