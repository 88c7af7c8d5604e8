package io.sommelier.shell;

import io.sommelier.api.admin.ControllerAdmin;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;

/** {@code sommelier:controller-resume}. */
@Service
@Command(
        scope = "sommelier",
        name = "controller-resume",
        description = "Has a drained controller take commands and connectors again.")
public final class ControllerResume implements Action {
    @Reference
    private ControllerAdmin admin;

    @Reference
    private Session session;

    @Override
    public Object execute() {
        return ExitCode.of(session, new Draining(admin, System.out, false).resume());
    }
}
