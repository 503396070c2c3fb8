"""Starts one program so that it does not outlive the process that asked for it.

Run by path, before the package is importable and as any user:
`python -I -S guard.py SIGNAL PARENT_PID USER|- PROGRAM ARG...`. On Linux the kernel sends SIGNAL to the
program when its parent dies, even by SIGKILL; elsewhere the program is simply executed, and the next start
finds it by its pid.
"""

import ctypes
import os
import pwd
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Become USER if one is named, tie the process to its parent, and execute PROGRAM in its place."""
    death_signal, parent, user, *command = arguments
    if user != "-":
        account = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)  # before prctl: a change of user clears the setting
    if sys.platform == "linux":
        die_with(int(parent), int(death_signal))
    os.execv(command[0], command)  # noqa: S606  the program takes this process over


def die_with(parent: int, death_signal: int) -> None:
    """Have the kernel send this process `death_signal` when its parent dies; ends it if the parent is dead already."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:  # it died before the setting took hold
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
