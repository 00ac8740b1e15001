// SPDX-License-Identifier: MIT
// What an attacker could find out about the machine. The runner writes it anew for each attack.
#define MARK "mmgrade-hostile" /* how files are called that an attack writes */
#define SCENE "/nowhere"       /* the folder of scene.h */
#define HOME_CANARY SCENE "/home/canary"
#define ROOT "/nowhere" /* the project */
