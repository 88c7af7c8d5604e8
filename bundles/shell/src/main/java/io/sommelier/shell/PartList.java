package io.sommelier.shell;

import io.sommelier.api.admin.PartStatus;
import java.util.Comparator;
import java.util.List;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code sommelier:part-list}. */
@Service
@Command(scope = "sommelier", name = "part-list", description = "Lists the parts of the controller, and what is wrong.")
public final class PartList implements Action {
    @Reference
    private List<PartStatus> parts;

    @Option(name = "--no-format", description = "Print no table, only columns")
    private boolean noFormat;

    @Override
    public Object execute() {
        table(parts).print(System.out, !noFormat);
        return null;
    }

    static ShellTable table(List<PartStatus> parts) {
        ShellTable table = new ShellTable();
        table.column("Part");
        table.column("State");
        table.column("Problem");
        table.emptyTableText("no part is here");
        parts.stream().sorted(Comparator.comparing(PartStatus::part)).forEach(part -> {
            List<String> problems = part.problems();
            if (problems.isEmpty()) {
                table.addRow().addContent(part.part(), "UP", "");
            }
            for (String problem : problems) {
                table.addRow().addContent(part.part(), "DEGRADED", problem);
            }
        });
        return table;
    }
}
