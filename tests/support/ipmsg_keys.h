/* SPDX-License-Identifier: MIT */
/*
 * The keys of the vectors of IP Messenger, as DER in base64. Published, so that
 * two implementations can be compared; never used for anything else.
 */
#ifndef SUPPORT_IPMSG_KEYS_H
#define SUPPORT_IPMSG_KEYS_H

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Alice's, who sends; its fingerprint is 66876f27b9c4eb9a. */
static const char alice_2048[] =
    "MIIEogIBAAKCAQEAwaPLeN+aNaDfQ8lJLSuXGMt1Ol8HZN9zuYbaPs/wIeLmfUr2"
    "VdSikqyC7Sd9ZBaopEaotQJZJ3uCqI72kQUHdxvs4ilfEaIvbjgMT6Z+HmBIjNBk"
    "hT0mLCGjm8MsJIIsEWRoxfiDKIt/pOHuxGheZW30R/tbn035HsK2N0ETguFOGmam"
    "jdINUIBFrmHsmMy0S2+eNIppIIQ6hJBN17kcbQeXnDoxavFUUa5LNM5jpoVW3zdu"
    "ZegNgwXSMTDRy/k3jM+p1NHoY8nmY9Y60sA5HKYQhNR/v2rGXTn2T0wEHl5mhxqm"
    "q8SYicjyE5cZZWKrm8lJjs0q1xTVKVHdod55kQIDAQABAoIBABq1nOKMlzEIAlvP"
    "hyYxocsT/1TAmFy/3K7NzMtGs9T8vvWv0hgnNxB7tqh/HrLgVD0qmOk0zHbfeLeG"
    "1rhMpQm3Ip7UfY5JXHj7xqjy6mkGt2Mi+IaPV3VVY4Of8XYMtYblnnUWMQM18LKd"
    "zmktiz2646vNHkd0QiVNzsQC2C3gZ7ZdvavEhoLLhqT2mj4hBAk8GAZ0nDW2qXLl"
    "axhU1/nHU6aWNObbR4YEoST9igaw2JGz/vWlJCUbT6MDeSaBqCSPWGlhncni0BN2"
    "vVecNqp1H1GYLa+hj96WPZ/sQEUqbIfeNRW8ybM9haugTQOqSyGIeYyHHTVuzpYt"
    "5BUslkUCgYEA9+iFb3EEyPwd/vaHn6nQDdpwPfdheASlKh1zJSYdX6UHEgBBMPbJ"
    "LluTh8Y6u4cWQXFkNUucq9cJDcpRzhqhUqM7eEPCpZXU9WeLzsHo9H29HuIuG9Wg"
    "/Ctl6S8AEVHwqzwon3X1ztYkf7QNRd1y/QCi2NInTuw1DC5ZkzpT2I0CgYEAx/XQ"
    "0Tu8NCSi6rrnfAPYCR7GkvbuX2kk9XDsWcyww0//SsHKRm+pv4kytbxzKOfajGBD"
    "7fXaBmmoVxuzi/ATgXoba138Hoxv5BXVOlkqvufv+wKPh1Mtx0YGJGoJaBe3nkyz"
    "mXXFSdw3vQMDQ0mKO9NTYYISXXaNSktG9FU+DhUCgYAMbhYyrkIFKc7/N7E5KjSK"
    "XUd/c+XpNKJraCqb1Dtozkd6eZTLNbSEpIbTKfdL68wL3/mcSnxCiXekv142rVMl"
    "Z5XVw+AAmXCiFV0HMuXRTHStFb4mGyIFQs/LT1X7iFY+37dRt4JpqocN+CMqO55G"
    "XT/NC0x5QpKuV6yaGzSVCQKBgHZF45me55dABE0q+DjWXTYnyfSrshslKgMzI9mJ"
    "xRQBgVNKhMZczd7I3AG60bLkUNSvK/7YaHlajYPYkr625hKzkvxSvwmir5wNfe3h"
    "R/NbZQrnXNYCURWJSaDIR4AWZzluzNx8WJFzfFSEL63hFa6FNNB8CzjVIoVLOVDU"
    "CrxxAoGAD3Dd40yQcaPbKG2YLvJkGIosgLniXIiYjr16b5tvD8Xj/jc6nte79BWx"
    "eaAPb7YjRfkl4McA3W5ljKiig4aZWbp58Q2y50Tfaxs5VQz8Kc1r8HHCxG8YWPqt"
    "BjRoLxZrVILj3Cj6i2Bp5rEwk3ewp2zx0MEF+M1dPhU9KgCVzJU=";

/* Bob's, who receives; its fingerprint is 5bdd834868ab7bb2. */
static const char bob_2048[] =
    "MIIEowIBAAKCAQEAkDuI7SJe2cAqY4WWqLH7p9v8UM75XyIL4unZttXib1NopzTo"
    "otEnyY9mdqhYgyZwpdFk8hzodzH8iWcv9RZcofkCXQFsKmhGTemP7GZpsbNVnbid"
    "Ilf1IFeTfU4IqkolyZA2AKl/UzQGE5W+AhGT8/geKPRUFRb+K4sY8Qm7Eco1b47K"
    "b7arXhx9pfQwPbLjJwjV1DQXhqq9l8ah0w/5Afprzwb4x3h80kpurOfhdqv/Vp62"
    "kiaPVYWQJcPtyT4Hmh9FkkNq3cLjXrPTctT5bfso4j+cFsdr9f11HmexkIMltOIl"
    "9JGGlIA9qHc/m/erv32mqG2Ujq+CkvNCvm/BnwIDAQABAoIBAChBbZSd8LI+17Xi"
    "PawEzRPLKu+U7PX35zBki37j0Gi4828jrcBvtvajPvpkPxwPuQYW3OFUXy+RdIYX"
    "FkQGA0Gz4cx6jqmBZAnv49sbtGlD/+Pe+IBy4zgtKT2ib3mz6zsINIJXzHE5Bm8l"
    "7pveMxi3ShetJeCjA7q8fnAcAqnShmb1h6c/M4rrHwhKaln9HjdAvMsmepeDzdMR"
    "dYY7Z+JTk94AkVuiRccfzelxEC7cwmxNGs2ogNqQixxR5sU7fmx38HDLWR74BDEO"
    "nJP7vccfQSIyHoSCQpTEnu8RnhPGiEGDkn6wNk0LDipcwwjsKe8TGYxerqudqPVl"
    "Rt9yhrUCgYEAxtzzohRHyOPbd05WsjtgRpwY7x+RM322+aQmFXu1qqLlpb4WmpC9"
    "/xNWCseINck8iDRMxW51IkiqIRQUbaBNho/5cPVX5WO5twrHyPO/0x4XRLNWFUV6"
    "0srbjOPULNYfXnwCxqGnXsza5umvMGhXrA/9h9omMzCbNbUEDMVXXQsCgYEAuaxS"
    "6v1dK1Kk7QS78dEX/PlZTRsUfxXCdhbO27bk/l6VuByJAXSPII0Ebbs/VQSX+Lfc"
    "xQH5M7zGpBfdSvmRWJJssP2wN2JMI8S8cK8KfQYHMtbMr46Qfx9RPo0ENXHVzoNh"
    "YImwwLEhBZQ+Mot+UD2gAe0kkNfimAzkrOd9gj0CgYBXipittuPK6ZOJN7EukLjX"
    "HIxVZ74Rvru3ta0WM/lK/p69kap9rE4XZbmw0RmDI+1DwFIzb2adCwPpv98mSzUV"
    "kXerZDWnQ3lTvKkqKzM8iriPg6rXfliNRsPTh8+1VSVGAK1wJ2V4dBHBKQn381b0"
    "5a0kCsJaMoGA6Qi5Xn4Q9QKBgF55Ag+zLu7WNDitSfv2iiAbt4Z2Gu224qU3YbWF"
    "z+plsgRl8IgfCJxlZDV5KvZVSgYxd1F+eZALo37m7aAyb/QDPO6phjoH9/nTJpan"
    "WczXfl4t0SQahAdKpgoPsm6HJ2TWkHuQU7EX71dpYGRTecfWM04Hna1dS1xWYxxf"
    "BQt5AoGBALPdU7XSizYJzlN4ncbpXc6AVGtKkyok1sZd2UaqPfCVNf4OT9z2zawX"
    "3I//JhDG8fMuyjlIA0wn1izPhZwCjOYOzoVd458FfXAfPKUIsPCNEodV3UzqumFV"
    "qMg9817P/FI8fCB8lKZ57W5a98eVgLm8U0y2n4Cn0z0Vl5JrkUa+";

/* Bob's for Blowfish. */
static const char bob_1024[] =
    "MIICXAIBAAKBgQDZNvrNqfxjPDpctvtA7fYfHTUJYKmAf0YHuCKpbjjSbNg5KkZ8"
    "act3fPcYcOv1ycrTPuK/PdqvkQPz3csIUiEtcJw0xQ9mBHUGIkFtyqVdHtYThDf2"
    "t8b6ktWY/IFoaCRPbNhmsCNbotS4Jq4NoG32/PQkq+/0oKSzIGUSzwmcwwIDAQAB"
    "AoGBAIbTaJPV6lISZUt9TLF9wyKG94+tjyiyV16dPe6a+uwqIYBCLGQ3KtMtHxbt"
    "qJj0u0+qHgaEt0P4qFJrngW5LNuo++vYc04u5tUs+oM6iS5EIQwgQTBMLcCp/4uQ"
    "QUHVOE+MfrkfyDRMeRbWHCqPr3bdfmQZ7ljIqAnod0U435lxAkEA/0LmS2RFMErz"
    "WwUTLkxrm8QEggv0eZswLvrgobDqVciW5rMermvq3FcI197aBtcjwumfCA6Qh9Av"
    "mGLgskhzywJBANnX5RGNomqfFo/IQzGLHSP/YprnvkSaNI61plnqZqIH0LwtVsRu"
    "e7cFF9LYr/xHTrFYcLtyD2255Xs53F+Li+kCQBbc+R+blY7jx7RJWhR1h9Xl0rmL"
    "NJSHz+MFWYViATs5wjpbpM3eoKSnrwUW0tR2BJ/6qOHh3BQuE3VEtfeCAc0CQFfR"
    "xTLSWkuJXtsP7KaoYlMEvYedLQMS92UgrbNJ354qcGesD3KY557cmsIRQMD/LiYo"
    "dSnbzYR6kJygssqBwyECQCOZi5qt0Qgt5UnwuLTkfVxAEBVGIK+Y9IJoonRSiex0"
    "BNoh4rHhWwQ8f1AefDlrQVHBWYk9ZMxZqfjEuQdmy2k=";

enum { KEY_DER_MAX = 2048 };

static inline size_t
key_der(const char *base64, uint8_t der[static KEY_DER_MAX])
{
	size_t n = 0;

	if (sodium_base642bin(der, KEY_DER_MAX, base64, strlen(base64), NULL,
		&n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
		abort();
	return n;
}

#endif
