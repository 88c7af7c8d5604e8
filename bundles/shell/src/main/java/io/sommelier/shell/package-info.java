/** Commands of Karaf's shell: what an operator sees of the controller, and a way to send. */
package io.sommelier.shell;
